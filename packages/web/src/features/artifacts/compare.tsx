import { clsx } from 'clsx'
import { useMemo } from 'react'
import { plural } from '../../lib/format.ts'
import { diffLines, folded, linesOf } from './diff.ts'
import type { Artifact } from './types.ts'

const SIGN = { added: '+', removed: '−', same: ' ' } as const

/** What changed from one version to another, line by line; of a table, row by row. */
export function Compare({ before, after }: { before: Artifact; after: Artifact }) {
  const lines = useMemo(() => diffLines(linesOf(before), linesOf(after)), [before, after])
  const added = lines.filter((line) => line.kind === 'added').length
  const removed = lines.filter((line) => line.kind === 'removed').length
  const thing = after.type === 'table' ? 'row' : 'line'
  return (
    <div>
      <p className="mb-2 text-text-2" role="status">
        {added + removed === 0
          ? 'Nothing changed.'
          : `${plural(added, thing)} added, ${plural(removed, thing)} removed.`}
      </p>
      {added + removed === 0 ? null : (
        <ol className="overflow-hidden rounded-control border border-line-strong bg-surface font-mono text-small leading-5">
          {folded(lines).map((line, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
              key={index}
              className={clsx(
                'grid grid-cols-[2ch_minmax(0,1fr)] gap-2 px-3',
                line.kind === 'added' && 'bg-completed-tint text-completed',
                line.kind === 'removed' && 'bg-failed-tint text-failed',
                line.kind === 'fold' && 'bg-sunken py-0.5 text-text-3',
              )}
            >
              {line.kind === 'fold' ? (
                <span className="col-span-2 font-sans">{plural(line.count, `same ${thing}`)}</span>
              ) : (
                <>
                  <span aria-hidden="true" className="select-none">
                    {SIGN[line.kind]}
                  </span>
                  <span className="wrap-anywhere whitespace-pre-wrap">
                    {line.kind === 'same' ? null : <span className="sr-only">{line.kind}: </span>}
                    {line.text || ' '}
                  </span>
                </>
              )}
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}

import { plural } from '../../lib/format.ts'
import { safeImage } from './safe-url.ts'
import { cellText, parseTable } from './table-data.ts'
import { type Artifact, kindOf, linkOf, percentOf, rawText } from './types.ts'
import { ProgressBar, percentText } from './viewer.tsx'

type Shown = Pick<Artifact, 'key' | 'type' | 'data'>

const LENGTH = 400

/** Markdown without its marks, for a line or two. */
export const plainText = (markdown: string): string =>
  markdown
    .slice(0, LENGTH * 2)
    .replace(/```[^\n]*\n?/g, '')
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
    .replace(/^\s*\|?[\s:|-]+\|[\s:|-]*$/gm, '')
    .replace(/^[ \t]*(#{1,6}|>|[-*+]|\d+\.)[ \t]+(\[[ xX]\][ \t]+)?/gm, '')
    .replace(/[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}/g, '')
    .replace(/[ \t]*\|[ \t]*/g, '  ')
    .replace(/^[ \t]+|[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim()
    .slice(0, LENGTH)

/** One line about what it holds. */
export function summaryOf(artifact: Shown): string {
  const { data } = artifact
  switch (kindOf(artifact)) {
    case 'markdown':
      return plainText(String(data ?? '')).split('\n', 1)[0] ?? ''
    case 'table': {
      const table = parseTable(data)
      return table
        ? `${plural(table.rows.length, 'row')}, ${plural(table.columns.length, 'column')}`
        : 'No table'
    }
    case 'progress': {
      const percent = percentOf(data)
      return percent === null ? '–' : percentText(percent)
    }
    case 'image':
      return String(data).startsWith('data:') ? 'An embedded image' : String(data)
    case 'link':
      return linkOf(artifact)?.text ?? ''
    case null:
      return data === null ? '–' : rawText(data).slice(0, LENGTH).replace(/\s+/g, ' ')
  }
}

/** The head of what it holds, for a card of the grid. Nothing in it is a link: the card is one. */
export function Preview({ artifact }: { artifact: Shown }) {
  const { data } = artifact
  switch (kindOf(artifact)) {
    case 'markdown':
      return <p className="line-clamp-4 whitespace-pre-line text-text-2">{plainText(String(data ?? ''))}</p>
    case 'table': {
      const table = parseTable(data)
      if (!table) return <p className="text-text-3">It holds no table.</p>
      const columns = table.columns.slice(0, 4)
      return (
        <span className="block overflow-hidden">
          <span
            className="grid gap-x-3 text-small leading-5 text-text-2"
            style={{ gridTemplateColumns: `repeat(${Math.max(1, columns.length)}, minmax(0, 1fr))` }}
          >
            {columns.map((name, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns may have the same name
              <span key={column} className="clip border-b border-line text-text-3">
                {name}
              </span>
            ))}
            {table.rows.slice(0, 2).map((row, index) =>
              columns.map((_, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity
                <span key={`${index} ${column}`} className="clip tabular-nums">
                  {cellText(row[column]) || '–'}
                </span>
              )),
            )}
          </span>
          <span className="mt-1 block text-small text-text-3">{summaryOf(artifact)}</span>
        </span>
      )
    }
    case 'progress': {
      const percent = percentOf(data)
      if (percent === null) return <p className="text-text-3">It holds no number.</p>
      return (
        <span className="grid gap-2">
          <span className="text-figure leading-tight font-medium tabular-nums">{percentText(percent)}</span>
          <ProgressBar percent={percent} label={artifact.key ?? 'Progress'} />
        </span>
      )
    }
    case 'image': {
      const src = safeImage(String(data))
      return src ? (
        <img
          src={src}
          alt=""
          loading="lazy"
          referrerPolicy="no-referrer"
          className="max-h-22 max-w-full rounded-chip object-contain"
        />
      ) : (
        <p className="text-text-3">An image from an address that is not loaded.</p>
      )
    }
    case 'link': {
      const link = linkOf(artifact)
      return (
        <span className="grid">
          <span className="clip font-medium text-accent">{link?.text}</span>
          {link && link.text !== link.href ? (
            <span className="clip font-mono text-small text-text-3">{link.href}</span>
          ) : null}
        </span>
      )
    }
    case null:
      return (
        <p className="line-clamp-4 font-mono text-small wrap-anywhere whitespace-pre-wrap text-text-2">
          {rawText(data).slice(0, LENGTH)}
        </p>
      )
  }
}

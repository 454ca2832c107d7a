import type { LastRun } from '@orrery/schemas'
import { clsx } from 'clsx'
import { duration } from '../../lib/format.ts'
import { lookOf, wordOf } from '../../lib/states.ts'
import { stateOf } from '../runs/types.ts'

/** The last runs as bars, oldest first: height is duration, colour is state, so that a change of either shows. */
export function HealthStrip({
  runs,
  height = 20,
  label,
}: {
  runs: readonly LastRun[]
  height?: number
  label: string
}) {
  const ordered = [...runs].reverse()
  const longest = Math.max(0.001, ...ordered.map((run) => run.run_time))
  return (
    <span role="img" aria-label={label} className="flex items-end gap-px" style={{ height }}>
      {ordered.map((run) => {
        const look = lookOf(stateOf(run))
        return (
          <i
            key={run.id}
            title={`${run.name}: ${wordOf(stateOf(run))}, ${duration(run.run_time)}`}
            className={clsx('block w-1.25 rounded-[1px]', `s-${look}`)}
            style={{
              height: Math.max(4, (Math.sqrt(run.run_time / longest) || 0) * height),
              background: look === 'completed' ? 'var(--st-completed-fill)' : 'var(--c)',
            }}
          />
        )
      })}
    </span>
  )
}

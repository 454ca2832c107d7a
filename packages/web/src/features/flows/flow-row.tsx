import type { FlowHealth } from '@orrery/schemas'
import { clsx } from 'clsx'
import { Checkbox, StateBadge, Timestamp } from '../../components/ui/index.ts'
import { duration, plural } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { isLoud, lookOf } from '../../lib/states.ts'
import { untilWords } from '../dashboard/strip.tsx'
import { FlowLink, FlowRunLink } from '../runs/links.tsx'
import { type Flow, stateOf } from '../runs/types.ts'
import { HealthStrip } from './health-strip.tsx'
import { quantile } from './queries.ts'
import { TagLink } from './tag-link.tsx'

const CELL =
  'h-(--row) overflow-hidden border-b border-line px-2.5 text-ellipsis whitespace-nowrap group-last/row:border-b-0'

/** What the strip shows, in words. */
export function healthWords(health: FlowHealth | undefined): string {
  const runs = health?.runs ?? []
  const bad = runs.filter((run) => run.state_type === 'FAILED' || run.state_type === 'CRASHED').length
  if (runs.length === 0) return 'It never ran'
  return `${plural(runs.length, 'run')}, ${bad === 0 ? 'none' : bad} of them failed or crashed`
}

export function FlowRow({
  flow,
  health,
  selected,
  focused,
  onSelect,
}: {
  flow: Flow
  health: FlowHealth | undefined
  selected: boolean
  focused: boolean
  onSelect(flow: Flow, shift: boolean): void
}) {
  const now = useNow(60_000)
  const runs = health?.runs ?? []
  const last = runs[0]
  const done = runs.filter((run) => run.state_type === 'COMPLETED').map((run) => run.run_time)
  const cell = clsx(CELL, selected ? 'bg-selected' : 'group-hover/row:bg-hover')
  return (
    <tr
      className="group/row"
      data-flow={flow.id}
      aria-selected={selected}
      data-focused={focused || undefined}
    >
      <td className={clsx(cell, 'pl-3.5', focused && 'shadow-[inset_2px_0_var(--accent)]')}>
        <Checkbox
          label={`Select ${flow.name}`}
          hideLabel
          checked={selected}
          onChange={(event) => onSelect(flow, (event.nativeEvent as MouseEvent).shiftKey)}
        />
      </td>
      <td className={cell}>
        <FlowLink id={flow.id} className="font-medium hover:underline" title={flow.name}>
          {flow.name}
        </FlowLink>
      </td>
      <td className={cell}>{health ? <HealthStrip runs={runs} label={healthWords(health)} /> : null}</td>
      <td className={cell}>
        {last ? (
          <StateBadge state={stateOf(last)} />
        ) : (
          <span className="text-text-3">{health ? 'never ran' : ''}</span>
        )}
      </td>
      <td className={clsx(cell, 'text-right text-text-2')}>
        {last ? (
          <FlowRunLink id={last.id} className="hover:underline">
            <Timestamp at={last.start_time} />
          </FlowRunLink>
        ) : (
          '–'
        )}
      </td>
      <td className={clsx(cell, 'text-right text-text-2 tabular-nums')}>{duration(quantile(done, 0.5))}</td>
      <td className={clsx(cell, 'text-right text-text-3 tabular-nums max-xl:hidden')}>
        {duration(quantile(done, 0.95))}
      </td>
      <td className={clsx(cell, 'text-right text-text-2 tabular-nums max-lg:hidden')}>
        {health?.next ? (
          <FlowRunLink id={health.next.id} className="hover:underline">
            {untilWords(health.next.at, now)}
          </FlowRunLink>
        ) : (
          '–'
        )}
      </td>
      <td className={clsx(cell, 'max-lg:hidden')}>
        <span className="flex gap-1">
          {flow.tags.slice(0, 3).map((tag) => (
            <TagLink key={tag} tag={tag} />
          ))}
        </span>
      </td>
      <td className={clsx(cell, 'text-right text-text-3 max-lg:hidden')}>
        <Timestamp at={flow.created} />
      </td>
    </tr>
  )
}

/** The same on a phone: two lines. */
export function FlowCard({ flow, health }: { flow: Flow; health: FlowHealth | undefined }) {
  const last = health?.runs[0]
  return (
    <li className="border-b border-line last:border-b-0">
      <FlowLink
        id={flow.id}
        className="grid h-14 grid-cols-[minmax(0,1fr)_auto] content-center gap-x-3 px-3 -outline-offset-2!"
      >
        <span className="clip font-medium">{flow.name}</span>
        <HealthStrip runs={(health?.runs ?? []).slice(0, 14)} label={healthWords(health)} />
        <span className="flex min-w-0 items-center gap-2 text-text-3">
          {last ? (
            <>
              <StateBadge state={stateOf(last)} tone={isLoud(lookOf(stateOf(last))) ? 'word' : 'plain'} />{' '}
              <Timestamp at={last.start_time} />
            </>
          ) : health ? (
            'never ran'
          ) : (
            ''
          )}
        </span>
      </FlowLink>
    </li>
  )
}

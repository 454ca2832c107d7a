import type { Dashboard, FlowLane, LaneMark } from '@orrery/schemas'
import { useNavigate } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { Skeleton, StateGlyph } from '../../components/ui/index.ts'
import { duration, plural } from '../../lib/format.ts'
import { LOOK_WORDS, lookOf, type StateLook } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { TimeBrush } from '../runs/charts/brush.tsx'
import { FlowLink } from '../runs/links.tsx'
import { TimeGrid } from '../runs/time-axis.tsx'
import { laneLook, markAt } from './dashboard.ts'
import { untilWords } from './strip.tsx'
import { Now, type Shared, TICKS } from './track.tsx'

/** The flows that need looking at, each with its runs on the one time axis. */
export function Lanes({ data, shared }: { data: Dashboard | undefined; shared: Shared }) {
  if (!data)
    return Array.from({ length: 6 }, (_, i) => {
      const key = i
      return (
        <div key={key} className="col-span-full flex h-7.5 items-center border-t border-line px-4">
          <Skeleton style={{ width: 150 }} />
        </div>
      )
    })
  return (
    <ul aria-label="Flows, worst first" className="col-span-full grid grid-cols-subgrid">
      {data.lanes.map((lane) => (
        <LaneRow key={lane.flow_id} lane={lane} next={data.next_runs[lane.flow_id]} shared={shared} />
      ))}
    </ul>
  )
}

function LaneRow({ lane, next, shared }: { lane: FlowLane; next: string | undefined; shared: Shared }) {
  const ws = useWorkspace()
  const navigate = useNavigate()
  const { frame, nowAt, now } = shared
  const look = laneLook(lane)
  const seconds = (frame.to - frame.from) / 1000
  return (
    <li className="col-span-full grid grid-cols-subgrid border-t border-line hover:bg-hover md:h-7.5">
      <div className="flex min-w-0 items-center gap-2.5 px-4">
        <StateGlyph look={look} label={LOOK_WORDS[look]} />
        <FlowLink
          id={lane.flow_id}
          title={lane.flow_name}
          className="clip leading-7 font-medium -outline-offset-2! hover:underline"
        >
          {lane.flow_name}
        </FlowLink>
        <span className="ml-auto text-small whitespace-nowrap text-text-3 tabular-nums md:hidden">
          {lane.ended ? `${lane.good} of ${lane.ended}` : ''}
        </span>
      </div>
      <TimeBrush
        {...frame}
        onRange={shared.onRange}
        onPick={({ share, width }) => {
          const mark = markAt(lane.marks, share, { seconds, width })
          if (mark)
            void navigate({
              href: mark.id
                ? `${ws.path}/runs/flow-run/${mark.id}`
                : `${ws.path}/runs?flow=${lane.flow_id}&state=${lookOf({ type: mark.state_type, name: mark.state_name })}`,
            })
        }}
        className="relative h-7.5 cursor-crosshair touch-pan-y select-none max-md:mx-4 max-md:h-5"
      >
        <TimeGrid {...frame} most={TICKS} />
        <svg role="img" aria-label={laneLabel(lane)} className="absolute inset-0 size-full overflow-hidden">
          {lane.marks.map((mark) => (
            <Mark key={`${mark.at} ${mark.state_type} ${mark.state_name}`} mark={mark} seconds={seconds} />
          ))}
        </svg>
        <Now at={nowAt} />
      </TimeBrush>
      <div className="flex items-center justify-between gap-2 pr-4 pl-2.5 text-small tabular-nums max-md:hidden">
        <span className={clsx('whitespace-nowrap', lane.ended > lane.good ? 'text-text-2' : 'text-text-3')}>
          {lane.ended ? `${lane.good} of ${lane.ended}` : '–'}
        </span>
        <span className="whitespace-nowrap text-text-2">{next ? untilWords(next, now) : '–'}</span>
      </div>
    </li>
  )
}

/** Least widths in pixels: bad news is a block that can be seen, good news a stroke. */
const LEAST: Partial<Record<StateLook, number>> = {
  completed: 2,
  cached: 2,
  running: 4,
  scheduled: 4,
  awaiting: 4,
  late: 5,
  failed: 5,
  timedout: 5,
  crashed: 5,
}

function Mark({ mark, seconds }: { mark: LaneMark; seconds: number }) {
  const look = lookOf({ type: mark.state_type, name: mark.state_name })
  const outline = look === 'scheduled' || look === 'awaiting' || look === 'late' || look === 'cancelled'
  const wide = ((mark.took ?? 0) / seconds) * 100
  const color =
    look === 'completed' || look === 'cached' ? 'var(--st-completed-fill)' : `var(--st-${BASE[look] ?? look})`
  return (
    <rect
      // Widths that are not below a number of pixels are said in CSS only.
      style={{ width: `max(${LEAST[look] ?? 3}px, ${wide.toFixed(3)}%)`, height: '30%', y: '35%' } as object}
      x={`${((mark.at / seconds) * 100).toFixed(3)}%`}
      rx="1.25"
      fill={outline ? 'none' : color}
      stroke={outline ? color : 'none'}
      strokeWidth="1.25"
      opacity={look === 'scheduled' ? 0.8 : 1}
    >
      <title>{markTitle(mark, look)}</title>
    </rect>
  )
}

/** Looks that share a colour with their type. */
const BASE: Partial<Record<StateLook, string>> = {
  timedout: 'failed',
  awaiting: 'scheduled',
  retrying: 'running',
  blocked: 'pending',
  suspended: 'paused',
}

function markTitle(mark: LaneMark, look: StateLook): string {
  const word = LOOK_WORDS[look].toLowerCase()
  if (mark.count > 1) return `${plural(mark.count, 'run')}, ${word}`
  return `${mark.name ?? 'A run'}, ${word}${mark.took === null ? '' : `, ${duration(mark.took)}`}`
}

function laneLabel(lane: FlowLane): string {
  const parts = [
    lane.failed && `${lane.failed} failed`,
    lane.crashed && `${lane.crashed} crashed`,
    lane.late && `${lane.late} late`,
    lane.running && `${lane.running} running`,
  ].filter(Boolean)
  return `${lane.flow_name}: ${plural(lane.total, 'run')}${parts.length ? `, ${parts.join(', ')}` : ''}`
}

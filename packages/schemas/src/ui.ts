/** Answers of the routes below `/ui`, which our web pages ask and no Prefect client knows: types only. */
import type { FlowRun, HistoryBucket } from './flow-runs.ts'
import type { StateType } from './states.ts'

/** In seconds. */
export interface Quantiles {
  p50: number
  p95: number
  count: number
}

export interface MeasuredTimes {
  whole: Quantiles | null
  /** One for each bucket of the history; null where nothing was measured. */
  buckets: (Quantiles | null)[]
}

/** Failed runs with one cause: a flow and the fingerprint of its error. */
export interface FailureGroup {
  flow_id: string
  flow_name: string | null
  state_type: string
  /** Name and message of the latest one. */
  state_name: string
  message: string | null
  /** What the messages have in common. */
  fingerprint: string
  count: number
  first_time: string | null
  latest: { id: string; name: string; end_time: string | null; deployment_id: string | null }
  /** A run of the flow that began later has completed. */
  since_succeeded: boolean
}

/** Runs of one state that were expected in one step: mostly one. */
export interface LaneMark {
  state_type: string
  state_name: string
  count: number
  /** The run, when it is one. */
  id?: string
  name?: string
  /** When the first began, or is expected to: seconds after the window's start. Negative when before it. */
  at: number
  /** Until the last ended, in seconds; null while one has not. */
  took: number | null
}

/** A flow's runs of the dashboard's window, as marks on one axis. */
export interface FlowLane {
  flow_id: string
  flow_name: string
  failed: number
  crashed: number
  late: number
  running: number
  total: number
  /** Of the flow's last ended runs, at most 50: how many completed. */
  good: number
  ended: number
  marks: LaneMark[]
}

/** A flow's runs of the next 24 hours. */
export interface ComingFlow {
  flow_id: string
  flow_name: string | null
  count: number
  first: { id: string; name: string; at: string }
}

/** Runs by state type, and `late`: those of the scheduled ones that should have begun. */
export type RunCounts = Record<string, number>

/** `POST /ui/dashboard`. */
export interface Dashboard {
  /** The clock by which everything here was read. */
  now: string
  /** Runs of the window that were due by now. */
  counts: RunCounts
  /** The same of the window of equal length before it. */
  before: RunCounts
  /** Of now, whatever the window: what runs, and what should have begun. */
  open: { running: number; late: number }
  /** By when runs were expected to start, with those to come. */
  history: HistoryBucket[]
  /** Of the same buckets. */
  duration: MeasuredTimes
  lateness: MeasuredTimes
  failures: FailureGroup[]
  /** The failed runs by whether their flow has completed a run since. */
  failed_runs: { standing: number; since_succeeded: number }
  lanes: FlowLane[]
  /** Scheduled runs of the 24 hours from now on. */
  next_day: { until: string; count: number; flows: ComingFlow[] }
  /** When each flow runs next, for those with a lane. */
  next_runs: Record<string, string>
  running: FlowRun[]
  late: FlowRun[]
  upcoming: FlowRun[]
  tasks: { completed: number; failed: number; running: number; total: number }
  /** Of the flows of `running`, `late` and `upcoming`. */
  flow_names: Record<string, string>
}

/** A run as a bar of a strip. */
export interface LastRun {
  id: string
  name: string
  state_type: string
  state_name: string
  /** When it began, or was expected to. */
  start_time: string
  end_time: string | null
  /** In seconds, up to now for one that runs. */
  run_time: number
}

/** `POST /ui/flows/health`, for each flow. */
export interface FlowHealth {
  /** Newest first; those that are scheduled are not among them. */
  runs: LastRun[]
  next: { id: string; name: string; at: string } | null
}

/** How many runs ran at once: the most in an interval. `POST /ui/flow_runs/concurrency`. */
export interface AtOnce {
  interval_start: string
  interval_end: string
  most: number
}

export interface NamedState {
  type: StateType
  name: string
}

/** What was answered to a proposed state that was not written as it came. `GET /ui/flow_runs/{id}/refusals`. */
export interface RefusedTransition {
  id: string
  first_seen: string
  last_seen: string
  count: number
  status: 'REJECT' | 'ABORT' | 'WAIT'
  reason: string
  proposed: NamedState
  from: NamedState | null
  /** The state that was written instead. */
  given: NamedState | null
}

export interface Attempt {
  from: string
  to: string | null
  state_type: StateType
}

/** What is known of a task run beside the graph. `GET /ui/flow_runs/{id}/task_facts`. */
export interface TaskFact {
  id: string
  state_name: string | null
  run_count: number
  /** How many characters at the end of the name are the key that clients append to tell calls apart. */
  key_length: number
  /** Of what failed or crashed. */
  message: string | null
  /** Only where there was more than one: what each ran from and to, and how it ended. */
  attempts?: Attempt[]
}

/** `GET /ui/task_runs/{id}/context`. */
export interface TaskContext {
  /** The run whose result this one took instead of running; null when there is none, or it is gone. */
  cached_from: { id: string; name: string; flow_run_id: string | null; end_time: string | null } | null
  /** Runs of the same task in the same flow run, in their order. */
  siblings: { id: string; name: string; state_type: string | null; state_name: string | null }[]
  sibling_count: number
}

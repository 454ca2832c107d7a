// States as the graph's arrays hold them: an index into the sixteen looks.
import { LOOKS, lookOf, type StateLook } from '../../lib/states.ts'

export const GRAPH_STATES = LOOKS
export type GraphState = StateLook

/** The colour token of each state; several states share one hue and differ by silhouette. */
export const STATE_TOKEN: Record<GraphState, string> = {
  completed: 'completed',
  cached: 'completed',
  running: 'running',
  retrying: 'running',
  failed: 'failed',
  timedout: 'failed',
  crashed: 'crashed',
  scheduled: 'scheduled',
  awaiting: 'scheduled',
  late: 'late',
  pending: 'pending',
  blocked: 'pending',
  paused: 'paused',
  suspended: 'paused',
  cancelling: 'cancelling',
  cancelled: 'cancelled',
}

const INDEX = new Map<string, number>(GRAPH_STATES.map((state, i) => [state, i]))
export const stateIndex = (state: GraphState): number => INDEX.get(state) ?? 0
export const BAD_STATES: ReadonlySet<GraphState> = new Set(['failed', 'timedout', 'crashed'])

/** What a node looks like, from its state's type and, where known, its name. */
export const graphState = (type: string | null, name?: string | null): GraphState =>
  lookOf(type ? { type, name: name ?? null } : null)

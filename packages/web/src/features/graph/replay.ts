// The run as it was at a moment: who had not started, who ran, who had ended.
import type { GraphModel } from './model.ts'
import { stateIndex } from './states.ts'

const PENDING = stateIndex('pending')
const RUNNING = stateIndex('running')
const RETRYING = stateIndex('retrying')
const AWAITING = stateIndex('awaiting')

/**
 * The same model with the states of the moment `t` (milliseconds since the epoch). `attempts` refine what is known of
 * tasks that were retried: between two attempts they wait.
 */
export function modelAt(
  model: GraphModel,
  t: number,
  attempts?: ReadonlyMap<string, readonly [number, number][]>,
): GraphModel {
  // What never started shows why only when the run is over.
  const over = !Number.isNaN(model.runEnd) && t >= model.runEnd
  const states = new Uint8Array(model.size)
  const end = new Float64Array(model.size)
  for (let i = 0; i < model.size; i++) {
    const started = model.start[i]!
    const ended = model.end[i]!
    end[i] = ended <= t ? ended : Number.NaN
    if (ended <= t || (Number.isNaN(started) && over)) states[i] = model.states[i]!
    else if (Number.isNaN(started) || started > t) states[i] = PENDING
    else if (Number.isNaN(ended) && !isOver(model, i)) states[i] = model.states[i]!
    else states[i] = attemptAt(attempts?.get(model.ids[i]!), t)
  }
  return { ...model, states, end }
}

const isOver = (model: GraphModel, i: number): boolean =>
  model.states[i] !== RUNNING && model.states[i] !== RETRYING && model.states[i] !== AWAITING

function attemptAt(attempts: readonly [number, number][] | undefined, t: number): number {
  if (!attempts) return RUNNING
  const at = attempts.findIndex(([from, to]) => from <= t && t < to)
  return at < 0 ? AWAITING : at === 0 ? RUNNING : RETRYING
}

/** How many times faster than the run itself a replay may be. */
const SPEEDS = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000,
]
/** The speeds to choose from: the middle one shows the whole run in about twelve seconds. */
export function speedsFor(milliseconds: number): { speeds: number[]; usual: number } {
  const wanted = milliseconds / 12_000
  let at = SPEEDS.findIndex((speed) => speed >= wanted)
  if (at < 0) at = SPEEDS.length - 1
  const from = Math.max(0, Math.min(at - 2, SPEEDS.length - 5))
  return { speeds: SPEEDS.slice(from, from + 5), usual: SPEEDS[at]! }
}

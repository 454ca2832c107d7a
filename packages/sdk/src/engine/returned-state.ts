import { newId } from '@orrery/schemas/ids'
import { systemNow } from '@orrery/schemas/instants'
import { asFuture } from '../futures.ts'
import { aggregate, isStates, State } from '../states.ts'

/** What a function returned, as the state that it means: a state is taken as it is, several are aggregated. */
export async function returnedState(value: unknown): Promise<State> {
  let returned: unknown = value
  if (asFuture(value)) returned = await asFuture(value)?.asState()
  else if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => asFuture(item) || item instanceof State)
  ) {
    returned = await Promise.all(value.map((item: unknown) => asFuture(item)?.asState() ?? item))
  }
  if (returned instanceof State && !returned.details.task_run_id && !returned.details.flow_run_id) {
    const { data } = returned
    const details = data.kind === 'value' ? untrackable(data.value) : {}
    return returned.with({
      id: newId(),
      timestamp: systemNow(),
      details: { ...returned.details, ...details },
    })
  }
  if (isStates(returned)) return aggregate(returned)
  return new State({
    type: 'COMPLETED',
    details: untrackable(returned),
    data: { kind: 'value', value: returned },
  })
}

/** As Python marks a result that it cannot link to the run: booleans, nothing and small integers, also one level down. */
export function untrackable(value: unknown): Record<string, unknown> {
  const parts = Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : []
  return isUntrackable(value) || (parts.length <= 1000 && parts.some(isUntrackable))
    ? { untrackable_result: true }
    : {}
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const isUntrackable = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isInteger(value) && value >= -5 && value <= 256)

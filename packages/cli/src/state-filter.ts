import { defaultStateName, STATE_TYPES } from '@orrery/schemas/state-types'
import { CliError } from './errors.ts'

const TYPES: readonly string[] = STATE_TYPES
const NAMES = [
  ...STATE_TYPES.map(defaultStateName),
  ...['Suspended', 'AwaitingRetry', 'AwaitingConcurrencySlot', 'Retrying', 'Late', 'Cached', 'RolledBack'],
  ...['TimedOut', 'NotReady', 'Submitting', 'InfrastructurePending'],
]

/** The filter of `--state` and `--state-type`; undefined without either. Names may be written in any case. */
export function stateFilter(
  names: readonly string[] | undefined,
  types: readonly string[] | undefined,
): Record<string, unknown> | undefined {
  const unknown = types?.find((type) => !TYPES.includes(type.toUpperCase()))
  if (unknown !== undefined) {
    throw new CliError(`'${unknown}' is not a type of state. The types are: ${TYPES.join(', ')}`)
  }
  if (!names && !types) return undefined
  const spelled = names?.map(
    (name) => NAMES.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name,
  )
  return {
    ...(spelled ? { name: { any_: spelled } } : {}),
    ...(types ? { type: { any_: types.map((type) => type.toUpperCase()) } } : {}),
  }
}

/** The three instants of `state_details`: microseconds inside, ISO 8601 on the wire. Everything else passes as it is. */
import { parseIso, type StateDetails, toIso } from '@orrery/schemas'
import type { CoreStateDetails } from './facts.ts'

const INSTANTS = ['scheduled_time', 'cache_expiration', 'pause_timeout'] as const

/** Throws a `RangeError` for a text that is no instant. */
export function detailsFromWire(details: StateDetails | null | undefined): CoreStateDetails {
  if (!details) return {}
  const core: Record<string, unknown> = { ...details }
  for (const key of INSTANTS) {
    const text = details[key]
    if (typeof text !== 'string') continue
    const instant = parseIso(text)
    if (instant === null) throw new RangeError(`state_details.${key}: "${text}" is not an ISO 8601 instant`)
    core[key] = instant
  }
  return core as CoreStateDetails
}

export function detailsToWire(details: CoreStateDetails): StateDetails {
  const wire: Record<string, unknown> = { ...details }
  for (const key of INSTANTS) {
    const instant = details[key]
    if (typeof instant === 'number') wire[key] = toIso(instant)
  }
  return wire as StateDetails
}

import { type Micros, parseIso } from '@orrery/schemas'
import { Invalid } from '../../errors.ts'

/** A client's instant; 422 names the text and where it stood. */
export function instant(text: string, place: string): Micros {
  const parsed = parseIso(text)
  if (parsed === null)
    throw new Invalid(`${place}: "${text}" is not an ISO 8601 instant`, 'instant_malformed')
  return parsed
}

export const instantOrNull = (text: string | null | undefined, place: string): Micros | null =>
  text === null || text === undefined ? null : instant(text, place)

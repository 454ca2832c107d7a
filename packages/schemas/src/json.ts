/**
 * JSON that keeps every integer's digits. Parameters may hold integers past 2^53 and past 64 bits
 * (Python sends them as plain digits); `JSON.parse` would round them.
 */
const LONG_NUMBER = /\d{16}/

// Both are in the runtime (V8's "JSON.parse source text access") before TypeScript's lib knows them.
interface SourceAwareJson {
  rawJSON(text: string): unknown
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
}
const sourceAware = JSON as unknown as SourceAwareJson

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context.source === undefined) return value
  if (Number.isInteger(value) || !Number.isFinite(value)) return sourceAware.rawJSON(context.source)
  return value
}

/** Parses JSON; an integer that a double cannot hold becomes an opaque value that stringifies to the same digits. */
export function parseJson(text: string): unknown {
  return LONG_NUMBER.test(text) ? sourceAware.parse(text, keepDigits) : JSON.parse(text)
}

/** Parses a JSON column; null and undefined stay null. */
export function parseJsonOrNull(text: string | null | undefined): unknown {
  return text === null || text === undefined ? null : parseJson(text)
}

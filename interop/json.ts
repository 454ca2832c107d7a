/** JSON as the wire carries it. Integers past 2^53 keep their digits as `{ int: '…' }`, so a server that rounds them is seen. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export function parseJson(text: string): Json {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value) || !context?.source) return value
    return /^-?\d+$/.test(context.source) ? { int: context.source } : value
  }) as Json
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

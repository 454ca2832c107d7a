import type { ResultMetadata } from '@orrery/client'
import { SerializationError, UnsupportedSerializerError } from '../errors.ts'

/** How a persisted result is written: as JSON, or as compressed JSON. Python reads both. */
export type SerializerName = 'json' | 'compressed/json'

type SerializerSpec = ResultMetadata['serializer']

/** The metadata of a serializer. zlib, because Python's default, lzma, is not in Node. */
export function serializerSpec(name: SerializerName): SerializerSpec {
  if (name === 'json') return { type: 'json' }
  if (name === 'compressed/json')
    return { type: 'compressed', serializer: { type: 'json' }, compressionlib: 'zlib' }
  throw new UnsupportedSerializerError(String(name))
}

/** Python raises when an exception's class cannot be imported, so ours become its builtins. */
const PYTHON_ERRORS: Readonly<Record<string, string>> = {
  TypeError: 'builtins.TypeError',
  RangeError: 'builtins.ValueError',
  SyntaxError: 'builtins.SyntaxError',
  ReferenceError: 'builtins.NameError',
}

function encode(this: unknown, key: string, value: unknown): unknown {
  // `toJSON` has already turned a Date into text when it gets here, so the holder is asked.
  const held = (this as Record<string, unknown>)[key]
  if (held instanceof Date) return { __class__: 'datetime.datetime', data: held.toISOString() }
  if (held instanceof Set) return { __class__: 'builtins.set', data: [...held] }
  if (held instanceof Map) return Object.fromEntries(held)
  if (held instanceof Error) {
    return {
      __exc_type__: PYTHON_ERRORS[held.name] ?? 'builtins.RuntimeError',
      message: held.message,
      js: { name: held.name, stack: held.stack, code: (held as { code?: unknown }).code, cause: held.cause },
    }
  }
  if (typeof value === 'bigint')
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value))
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new SerializationError(`A ${typeof value} cannot be persisted (at "${key}")`)
  }
  return value
}

function decode(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'number' && context?.source !== undefined && !Number.isSafeInteger(value)) {
    return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value
  }
  if (typeof value !== 'object' || value === null) return value
  const { __class__: type, __exc_type__: error, data, message, js } = value as Record<string, unknown>
  if (typeof type === 'string') {
    if (type.startsWith('datetime.date')) return new Date(String(data))
    if (type === 'builtins.set' || type === 'builtins.frozenset') return new Set(data as unknown[])
    return 'data' in value ? data : value
  }
  if (typeof error === 'string') {
    const revived = new Error(String(message))
    const detail = (typeof js === 'object' ? js : undefined) as Record<string, unknown> | undefined
    revived.name = String(detail?.name ?? error.split('.').at(-1))
    if (typeof detail?.stack === 'string') revived.stack = detail.stack
    if (detail?.cause !== undefined) revived.cause = detail.cause
    return revived
  }
  return value
}

/** The value as text. @throws SerializationError, UnsupportedSerializerError */
export async function dump(value: unknown, spec: SerializerSpec): Promise<string> {
  if (spec.type === 'json') {
    try {
      // The holder makes a Date, Set or Error at the top visible to the replacer.
      return JSON.stringify(value === undefined ? null : value, encode)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SerializationError(
        `The result cannot be written as JSON: ${reason}. Return plain data, or set persistResult: false.`,
        { cause },
      )
    }
  }
  const inner = innerSpec(spec)
  const { deflateSync } = await import('node:zlib')
  const bytes = deflateSync(await dump(value, inner))
  return `${bytes.toString('base64').replace(/.{76}/g, '$&\n')}\n`
}

/** Reads what {@link dump}, or Python, wrote. @throws UnsupportedSerializerError */
export async function load(text: string, spec: SerializerSpec): Promise<unknown> {
  if (spec.type === 'json') return JSON.parse(text, decode as (key: string, value: unknown) => unknown)
  const inner = innerSpec(spec)
  const { inflateSync } = await import('node:zlib')
  return load(inflateSync(Buffer.from(text, 'base64')).toString('utf8'), inner)
}

function innerSpec(spec: SerializerSpec): SerializerSpec {
  if (spec.type === 'compressed' || spec.type === 'compressed/json') {
    const inner = (spec.serializer ?? { type: 'json' }) as SerializerSpec
    const library = spec.compressionlib ?? 'lzma'
    if (library !== 'zlib') throw new UnsupportedSerializerError(`compressed with ${String(library)}`)
    return inner
  }
  throw new UnsupportedSerializerError(spec.type)
}

import { ParameterValidationError } from '../errors.ts'
import { RunFuture } from '../futures.ts'
import { formatIssues, type StandardSchemaV1 } from '../standard-schema.ts'
import { State } from '../states.ts'

/**
 * Checks a flow's input against its schema and fills in defaults.
 * @throws ParameterValidationError
 */
export async function validateParameters(
  flow: string,
  schema: StandardSchemaV1 | undefined,
  input: unknown,
): Promise<Record<string, unknown>> {
  requireObject(flow, input)
  if (!schema) return input as Record<string, unknown>
  const result = await schema['~standard'].validate(input)
  if (result.issues) {
    throw new ParameterValidationError(
      flow,
      result.issues.map((issue) => formatIssues([issue])),
    )
  }
  return result.value as Record<string, unknown>
}

/** @throws ParameterValidationError when the input is not one object */
export function requireObject(flow: string, input: unknown): asserts input is Record<string, unknown> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return
  const shown = Array.isArray(input) ? 'a list' : input === null ? 'null' : `a ${typeof input}`
  throw new ParameterValidationError(flow, [
    `the input is ${shown}, and a flow takes one object: ${flow}({ name: value })`,
  ])
}

/**
 * What is recorded as the run's parameters: what the caller gave, so that the run can be repeated with it, and the
 * defaults that the schema filled in.
 */
export function recordedParameters(
  input: Readonly<Record<string, unknown>>,
  validated: unknown,
): Record<string, unknown> {
  const defaults: Record<string, unknown> = {}
  if (typeof validated === 'object' && validated !== null) {
    for (const [key, value] of Object.entries(validated)) if (!(key in input)) defaults[key] = value
  }
  return toJson({ ...input, ...defaults }) as Record<string, unknown>
}

/** Plain JSON: runs become placeholders as in Python, what JSON cannot hold becomes its text. */
function toJson(value: unknown, seen: readonly object[] = []): unknown {
  if (typeof value === 'bigint')
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value))
  if (typeof value === 'function' || typeof value === 'symbol') return `<${typeof value}>`
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof RunFuture) return '<PrefectFuture>'
  if (value instanceof State) return '<State>'
  if (value instanceof Date) return value.toISOString()
  if (seen.includes(value)) return '<circular>'
  const path = [...seen, value]
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => toJson(item, path))
  if (value instanceof Map) return toJson(Object.fromEntries(value), seen)
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, path)]))
}

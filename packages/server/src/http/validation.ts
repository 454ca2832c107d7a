import { isUuid } from '@orrery/schemas'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { FastifyInstance } from 'fastify'
import { NotFound } from '../errors.ts'

/**
 * Bodies are checked by JSON Schema, without coercion: `"5"` is no number. Unknown keys pass and are
 * ignored: minor versions of the Python client add fields often.
 */
export function installValidation(app: FastifyInstance): void {
  const body = new Ajv({
    coerceTypes: false,
    useDefaults: true,
    removeAdditional: false,
    allErrors: true,
    strict: false,
  })
  const text = new Ajv({
    coerceTypes: true,
    useDefaults: true,
    removeAdditional: false,
    allErrors: true,
    strict: false,
  })
  for (const ajv of [body, text]) {
    ajv.addFormat('uuid', { type: 'string', validate: isUuid })
    ajv.addFormat('date-time', {
      type: 'string',
      validate: (value: string) => !Number.isNaN(Date.parse(value)),
    })
  }
  // Compiled when a route is first called: all of them at the start would cost half a second and 90 MB.
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? body : text
    let compiled: ValidateFunction | null = null
    const validate = (data: unknown): boolean => {
      compiled ??= ajv.compile(schema as object)
      const valid = compiled(data)
      validate.errors = compiled.errors ?? null
      return valid
    }
    validate.errors = null as ErrorObject[] | null
    return validate
  })
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
}

/** An id in the path that is no UUID names nothing: 404, as the genuine server's path convertor answers. */
export function installIdCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const params = request.params as Record<string, string> | undefined
    for (const key in params) {
      if (key !== 'id' && !key.endsWith('_id')) continue
      const value = params[key]
      if (value === undefined || !isUuid(value)) throw new NotFound('Not Found')
      params[key] = value.toLowerCase()
    }
  })
}

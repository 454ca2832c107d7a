import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { DomainError, type ErrorKind } from '../errors.ts'
import { adviceFor } from './missing-workspace.ts'

const STATUS: Record<ErrorKind, number> = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  invalid: 422,
  locked: 423,
  throttled: 429,
  unavailable: 503,
}

/** Shapes every error as Prefect's clients expect it; see docs/errors.md. */
export function installErrorHandler(app: FastifyInstance, config: Config): void {
  app.setErrorHandler((error: FastifyError | DomainError, request, reply) => {
    if (error instanceof DomainError) return sendDomainError(error, request, reply)
    if ('validation' in error && error.validation) return sendValidationError(error, request, reply)
    if (error instanceof SyntaxError)
      return reply.code(422).send({
        exception_message: 'Invalid request received.',
        exception_detail: [{ type: 'json_invalid', loc: ['body'], msg: error.message, input: null }],
        request_body: request.bodyText ?? null,
        request_id: request.id,
      })
    if (isDatabaseAway(error)) {
      request.log.error(
        { err: error, request_id: request.id, ...request.tenant },
        'the database does not answer',
      )
      return reply.code(503).header('retry-after', '1').send({
        detail: 'The database does not answer. Try again.',
        code: 'database_away',
        request_id: request.id,
      })
    }
    const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
    if (status < 500) return reply.code(status).send({ detail: error.message, request_id: request.id })
    request.log.error({ err: error, request_id: request.id, ...request.tenant }, 'a bug answered 500')
    return reply.code(500).send({ exception_message: 'Internal Server Error', request_id: request.id })
  })
  app.setNotFoundHandler({}, (request, reply) => {
    const advice = adviceFor(request.url, config)
    if (advice) return sendDomainError(advice, request, reply)
    return reply.code(404).send({ detail: 'Not Found', request_id: request.id })
  })
}

function sendDomainError(error: DomainError, request: FastifyRequest, reply: FastifyReply) {
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds))
  else if (error.kind === 'throttled' || error.kind === 'unavailable') reply.header('retry-after', '1')
  return reply
    .code(STATUS[error.kind])
    .send({ detail: error.message, code: error.code, request_id: request.id })
}

// The shape of a FastAPI validation error: the Python client prints it field by field.
function sendValidationError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const place = error.validationContext ?? 'body'
  const detail = (error.validation ?? []).map((issue) => {
    const path = issue.instancePath.split('/').filter(Boolean)
    const missing = issue.keyword === 'required' ? [String(issue.params.missingProperty)] : []
    return {
      type: issue.keyword === 'required' ? 'missing' : issue.keyword,
      loc: [place, ...path, ...missing],
      msg: issue.keyword === 'required' ? 'Field required' : (issue.message ?? 'Invalid value'),
      input: null,
    }
  })
  return reply.code(422).send({
    exception_message: 'Invalid request received.',
    exception_detail: detail,
    request_body: request.body ?? null,
    request_id: request.id,
  })
}

// PostgreSQL's classes 08 (connection) and 57P (shutting down), and what the driver says of a lost socket.
const AWAY_CODES = /^(08...|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/
const AWAY_TEXTS =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/

/** Whether the database went away: clients try again after 503, and give up after 500. */
function isDatabaseAway(error: Error & { code?: unknown }): boolean {
  return (typeof error.code === 'string' && AWAY_CODES.test(error.code)) || AWAY_TEXTS.test(error.message)
}

import type { FastifyInstance } from 'fastify'
import type { Context } from './context.ts'

/** A request that took longer than this is worth a line even where only warnings are written. */
const SLOW_MILLIS = 2000

/**
 * One line a request: at `debug` for those that went well, so that thousands a second cost nothing, at `info`
 * for refused ones. Each names the request, and the account, workspace and actor once they are known; the
 * query string is left out, since links may carry tokens.
 */
export function installRequestLog(app: FastifyInstance, { log, config }: Context): void {
  const debug = config.logLevel === 'debug'
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async (request, reply) => {
    const millis = reply.elapsedTime
    const status = reply.statusCode
    if (!debug && status < 400 && millis < SLOW_MILLIS) return
    const fields = {
      request_id: request.id,
      method: request.method,
      path: request.url.split('?', 1)[0],
      status,
      millis: Math.round(millis),
      ...request.tenant,
    }
    if (status >= 500) log.error(fields, 'request failed')
    else if (millis >= SLOW_MILLIS) log.warn(fields, 'request was slow')
    else if (status >= 400) log.info(fields, 'request refused')
    else log.debug(fields, 'request')
  })
}

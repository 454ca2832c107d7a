import { fromIso, maybe, toIso } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { Invalid } from '../../errors.ts'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { logToJson } from './log-row.ts'
import { listRunLogs } from './logs.queries.ts'

/** A log of 100,000 lines in 20 requests; by `/logs/filter` it would be 500, each reading past all before it. */
const MOST = 5_000

const Query = Type.Object({
  flow_run_id: Type.Optional(Type.String({ format: 'uuid' })),
  task_run_id: Type.Optional(Type.String({ format: 'uuid' })),
  /** The `next` of the page before. */
  after: maybe(Type.String({ maxLength: 60 })),
  /** Only lines at or after this instant, instead of `after`. */
  since: maybe(Type.String({ maxLength: 40 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
})

/** `/ui/logs`: the lines of one run, oldest first, page by page from where the last page ended. */
export function uiLogRoutes(app: FastifyInstance, { db }: Context): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/ui/logs',
    { config: workspaceAccess('see_flows'), schema: { querystring: Query } },
    async (request, reply) => {
      const { flow_run_id: flowRun, task_run_id: taskRun, after, since, limit = MOST } = request.query
      const id = (flowRun ?? taskRun)?.toLowerCase()
      if (!id) throw new Invalid('Name a flow_run_id or a task_run_id.', 'run_missing')
      const rows = await listRunLogs(db, request.scope, {
        run: { column: flowRun ? 'flow_run_id' : 'task_run_id', id },
        after: after ? readPlace(after) : since ? { timestamp: readInstant(since), seq: -1 } : null,
        limit,
      })
      const last = rows.length === limit ? rows.at(-1) : undefined
      const next = last ? `"${toIso(last.timestamp)},${last.seq}"` : 'null'
      return reply
        .type('application/json; charset=utf-8')
        .send(`{"lines":[${rows.map(logToJson).join(',')}],"next":${next}}`)
    },
  )
}

function readPlace(text: string): { timestamp: number; seq: number } {
  const [at = '', seq = ''] = text.split(',')
  if (!/^\d+$/.test(seq)) throw new Invalid(`"${text}" is no place in a log.`, 'place_malformed')
  return { timestamp: readInstant(at), seq: Number(seq) }
}

function readInstant(text: string): number {
  try {
    return fromIso(text)
  } catch {
    throw new Invalid(`"${text}" is no instant.`, 'instant_malformed')
  }
}

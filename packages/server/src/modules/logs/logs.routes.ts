import { LogFilter, LogSort } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { NotFound } from '../../errors.ts'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import { flowRunLogsCsv } from './download-logs.ts'
import { logToJson } from './log-row.ts'
import { listLogs } from './logs.queries.ts'
import { createLogIngest } from './logs.service.ts'

const FilterBody = Type.Union([
  Type.Object({
    ...PageFields,
    logs: Type.Optional(Type.Union([LogFilter, Type.Null()])),
    sort: Type.Optional(Type.Union([LogSort, Type.Null()])),
  }),
  Type.Null(),
])

interface FilterBody {
  logs?: LogFilter | null
  sort?: LogSort | null
  limit?: number | null
  offset?: number | null
}

export function logRoutes(app: FastifyInstance, { db }: Context): void {
  const ingest = createLogIngest(db)

  app.post<{ Body: unknown[] }>(
    '/logs/',
    { config: workspaceAccess('run_flows'), schema: { body: Type.Array(Type.Unknown()) } },
    async (request, reply) => {
      await ingest(request.scope, request.body)
      return reply.code(201).type('application/json; charset=utf-8').send('null')
    },
  )

  app.post<{ Body: FilterBody | null }>(
    '/logs/filter',
    { config: workspaceAccess('see_flows'), schema: { body: FilterBody } },
    async (request, reply) => {
      const page = readPage(request.body)
      const rows = await listLogs(db, request.scope, {
        ...page,
        filter: request.body?.logs ?? {},
        sort: request.body?.sort ?? 'TIMESTAMP_ASC',
      })
      return reply.type('application/json; charset=utf-8').send(`[${rows.map(logToJson).join(',')}]`)
    },
  )

  app.get<{ Params: { id: string } }>(
    '/flow_runs/:id/logs/download',
    { config: workspaceAccess('see_flows') },
    async (request, reply) => {
      const { id } = request.params
      const run = await db.read
        .selectFrom('flow_runs')
        .select('name')
        .where('id', '=', id)
        .where('workspace_id', '=', request.scope.workspaceId)
        .executeTakeFirst()
      if (!run) throw new NotFound(`Flow run ${id} not found`)
      const file = encodeURIComponent(`${run.name}-logs.csv`)
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename*=UTF-8''${file}`)
        .send(flowRunLogsCsv(db, request.scope, id))
    },
  )
}

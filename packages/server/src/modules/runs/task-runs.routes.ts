import {
  maybe,
  OrchestrationResult,
  RunFilters,
  SetState,
  TaskRun,
  TaskRunCreate,
  TaskRunSort,
  TaskRunUpdate,
} from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { optionalBody, PaginateFields, paginate } from '../../http/paginate.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import { clientVersions } from './request-facts.ts'
import { countTaskRuns } from './task-runs.queries.ts'
import {
  createTaskRun,
  readTaskRun,
  readTaskRuns,
  setTaskRunState,
  updateTaskRun,
} from './task-runs.service.ts'

const FilterBody = optionalBody({ ...RunFilters, ...PageFields, sort: maybe(TaskRunSort) })
const PaginateBody = optionalBody({ ...RunFilters, ...PaginateFields, sort: maybe(TaskRunSort) })
const CountBody = optionalBody(RunFilters)
type Id = { Params: { id: string } }

/** `/task_runs`. Most task runs arrive as events; here are sub-flows' stand-ins, background tasks, and reading. */
export function taskRunRoutes(app: FastifyInstance, context: Context): void {
  const { db, clock } = context
  const see = workspaceAccess('see_flows')
  const run = workspaceAccess('run_flows')

  app.post<{ Body: TaskRunCreate }>(
    '/task_runs/',
    { config: run, schema: { body: TaskRunCreate, response: { 200: TaskRun, 201: TaskRun } } },
    async (request, reply) => {
      const { taskRun, created } = await createTaskRun(context, request.scope, request.body)
      return reply.code(created ? 201 : 200).send(taskRun)
    },
  )

  app.get<Id>('/task_runs/:id', { config: see, schema: { response: { 200: TaskRun } } }, async (request) =>
    readTaskRun(db.read, request.scope, request.params.id, clock.now()),
  )

  app.patch<Id & { Body: TaskRunUpdate }>(
    '/task_runs/:id',
    { config: run, schema: { body: TaskRunUpdate } },
    async (request, reply) => {
      await updateTaskRun(db, request.scope, { ...request.body, id: request.params.id }, clock.now())
      return reply.code(204).send()
    },
  )

  app.post<Id & { Body: SetState }>(
    '/task_runs/:id/set_state',
    {
      config: run,
      schema: { body: SetState, response: { 200: OrchestrationResult, 201: OrchestrationResult } },
    },
    async (request, reply) => {
      const { apiVersion } = clientVersions(request)
      const input = { ...request.body, apiVersion, id: request.params.id }
      const { stored, result } = await setTaskRunState(context, request.scope, input)
      return reply.code(stored ? 201 : 200).send(result)
    },
  )

  app.post<{ Body: Static<typeof FilterBody> }>(
    '/task_runs/filter',
    { config: see, schema: { body: FilterBody, response: { 200: Type.Array(TaskRun) } } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      const page = { filters, sort: sort ?? 'ID_DESC', ...readPage(filters) } as const
      return readTaskRuns(db, request.scope, page, clock.now())
    },
  )

  app.post<{ Body: Static<typeof CountBody> }>(
    '/task_runs/count',
    { config: see, schema: { body: CountBody } },
    async (request) => countTaskRuns(db, request.scope, request.body ?? {}),
  )

  app.post<{ Body: Static<typeof PaginateBody> }>(
    '/task_runs/paginate',
    { config: see, schema: { body: PaginateBody } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      return paginate(
        filters,
        (page) => readTaskRuns(db, request.scope, { filters, sort: sort ?? 'ID_DESC', ...page }, clock.now()),
        () => countTaskRuns(db, request.scope, filters),
      )
    },
  )
}

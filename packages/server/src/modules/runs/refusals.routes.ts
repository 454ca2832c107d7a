import type { FastifyInstance } from 'fastify'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { findFlowRun } from './flow-runs.queries.ts'
import { listRefusals } from './refusals.ts'
import { FlowRunNotFound, TaskRunNotFound } from './runs.errors.ts'
import { findTaskRun } from './task-runs.queries.ts'

type Id = { Params: { id: string } }

/** `/ui/flow_runs/{id}/refusals`, `/ui/task_runs/{id}/refusals`. */
export function refusalRoutes(app: FastifyInstance, { db }: Context): void {
  const see = { config: workspaceAccess('see_flows') }

  app.get<Id>('/ui/flow_runs/:id/refusals', see, async ({ scope, params: { id } }) => {
    if (!(await findFlowRun(db.read, scope, id))) throw new FlowRunNotFound(id)
    return listRefusals(db.read, scope, id)
  })
  app.get<Id>('/ui/task_runs/:id/refusals', see, async ({ scope, params: { id } }) => {
    if (!(await findTaskRun(db.read, scope, id))) throw new TaskRunNotFound(id)
    return listRefusals(db.read, scope, id)
  })
}

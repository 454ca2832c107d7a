import type { FastifyInstance } from 'fastify'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { findFlowRun } from './flow-runs.queries.ts'
import { listRefusals } from './refusals.ts'
import { FlowRunNotFound, TaskRunNotFound } from './runs.errors.ts'
import { readTaskContext, readTaskFacts } from './task-facts.ts'
import { findTaskRun } from './task-runs.queries.ts'

type Id = { Params: { id: string } }

/** What the pages of one run ask: refused transitions, facts of its tasks, what stands beside a task run. */
export function runPageRoutes(app: FastifyInstance, { db }: Context): void {
  const see = { config: workspaceAccess('see_flows') }

  app.get<Id>('/ui/flow_runs/:id/refusals', see, async ({ scope, params: { id } }) => {
    if (!(await findFlowRun(db.read, scope, id))) throw new FlowRunNotFound(id)
    return listRefusals(db.read, scope, id)
  })
  app.get<Id>('/ui/task_runs/:id/refusals', see, async ({ scope, params: { id } }) => {
    if (!(await findTaskRun(db.read, scope, id))) throw new TaskRunNotFound(id)
    return listRefusals(db.read, scope, id)
  })
  app.get<Id>('/ui/flow_runs/:id/task_facts', see, async ({ scope, params: { id } }) =>
    readTaskFacts(db, scope, id),
  )
  app.get<Id>('/ui/task_runs/:id/context', see, async ({ scope, params: { id } }) =>
    readTaskContext(db, scope, id),
  )
}

import { Instant, maybe, RunFilters } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { instant } from '../../db/filters/index.ts'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { cappedCount, runsAtOnce } from './count-runs.ts'
import { MAX_BUCKETS } from './run-history.ts'

const CountsBody = Type.Object({
  counts: Type.Array(
    Type.Object({ kind: maybe(Type.Enum(['flow_runs', 'task_runs'])), filters: Type.Object(RunFilters) }),
    { maxItems: 30 },
  ),
})
const ConcurrencyBody = Type.Object({
  ...RunFilters,
  since: Instant,
  until: Instant,
  buckets: Type.Integer({ minimum: 1, maximum: MAX_BUCKETS }),
})

/** What the list of runs and its saved views ask: many counts at once, and how many ran at once. */
export function countRunsRoutes(app: FastifyInstance, { db, clock }: Context): void {
  const see = workspaceAccess('see_flows')

  app.post<{ Body: Static<typeof CountsBody> }>(
    '/ui/runs/counts',
    { config: see, schema: { body: CountsBody } },
    async (request) =>
      Promise.all(
        request.body.counts.map(({ kind, filters }) =>
          cappedCount(db, request.scope, kind ?? 'flow_runs', filters),
        ),
      ),
  )
  app.post<{ Body: Static<typeof ConcurrencyBody> }>(
    '/ui/flow_runs/concurrency',
    { config: see, schema: { body: ConcurrencyBody } },
    async (request) => {
      const { since, until, buckets, ...filters } = request.body
      const span = { start: instant(since, 'since'), end: instant(until, 'until'), buckets }
      return runsAtOnce(db, request.scope, filters, span, clock.now())
    },
  )
}

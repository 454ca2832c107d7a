import { maybe, newId, Uuid } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'

const Names = Type.Array(Type.String(), { minItems: 1 })
const WithLease = Type.Object({
  names: Names,
  slots: Type.Integer({ minimum: 1 }),
  mode: maybe(Type.Enum(['concurrency', 'rate_limit'])),
  lease_duration: maybe(Type.Number({ minimum: 60, maximum: 86_400 })),
  holder: maybe(Type.Record(Type.String(), Type.Unknown())),
})
const Slots = Type.Object({
  names: Names,
  slots: Type.Integer({ minimum: 1 }),
  mode: maybe(Type.Enum(['concurrency', 'rate_limit'])),
})
const Lease = Type.Object({ lease_id: Uuid })
const Renewal = Type.Object({ lease_duration: Type.Number({ minimum: 60, maximum: 86_400 }) })

/**
 * `/v2/concurrency_limits`, as far as tasks with tags need it: no limit can be configured yet, so none of the names
 * exists. Unknown names hold nobody up; the lease that is answered holds nothing, so renewing and ending it succeed.
 */
export function concurrencyRoutes(app: FastifyInstance, _context: Context): void {
  const run = workspaceAccess('run_flows')

  app.post<{ Body: Static<typeof WithLease> }>(
    '/v2/concurrency_limits/increment-with-lease',
    { config: run, schema: { body: WithLease } },
    async () => ({ lease_id: newId(), limits: [] }),
  )
  app.post<{ Body: Static<typeof Slots> }>(
    '/v2/concurrency_limits/increment',
    { config: run, schema: { body: Slots } },
    async () => [],
  )
  app.post<{ Body: Static<typeof Slots> }>(
    '/v2/concurrency_limits/decrement',
    { config: run, schema: { body: Slots } },
    async () => [],
  )
  app.post<{ Body: Static<typeof Lease> }>(
    '/v2/concurrency_limits/decrement-with-lease',
    { config: run, schema: { body: Lease } },
    async (_request, reply) => reply.code(204).send(),
  )
  app.post<{ Params: { lease_id: string }; Body: Static<typeof Renewal> }>(
    '/v2/concurrency_limits/leases/:lease_id/renew',
    { config: run, schema: { body: Renewal } },
    async (_request, reply) => reply.code(204).send(),
  )
  app.post(
    '/v2/concurrency_limits/filter',
    { config: workspaceAccess('see_concurrency_limits') },
    async () => [],
  )
}

import { FlowRunInput, maybe } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { createRunInput, deleteRunInput, listRunInputs, readRunInput } from './run-inputs.ts'

const InputCreate = Type.Object({
  key: Type.String({ minLength: 1 }),
  value: Type.String(),
  sender: maybe(Type.String()),
})
const InputFilter = Type.Object({
  prefix: Type.String(),
  limit: maybe(Type.Integer({ minimum: 0 })),
  exclude_keys: maybe(Type.Array(Type.String())),
})
type Id = { Params: { id: string } }
type Key = { Params: { id: string; key: string } }

/** `/flow_runs/{id}/input`. */
export function runInputRoutes(app: FastifyInstance, { db, clock }: Context): void {
  const see = workspaceAccess('see_flows')
  const run = workspaceAccess('run_flows')
  const manage = workspaceAccess('manage_flows')

  app.post<Id & { Body: Static<typeof InputCreate> }>(
    '/flow_runs/:id/input',
    { config: run, schema: { body: InputCreate } },
    async (request, reply) => {
      const { key, value, sender = null } = request.body
      const input = { flowRunId: request.params.id, key, value, sender }
      await db.write((trx) => createRunInput(trx, request.scope, input, clock.now()))
      return reply.code(201).send()
    },
  )

  app.post<Id & { Body: Static<typeof InputFilter> }>(
    '/flow_runs/:id/input/filter',
    { config: see, schema: { body: InputFilter, response: { 200: Type.Array(FlowRunInput) } } },
    async (request) => {
      const { prefix, limit, exclude_keys: excludeKeys } = request.body
      return listRunInputs(db, request.scope, {
        flowRunId: request.params.id,
        prefix,
        limit: limit ?? 1,
        excludeKeys: excludeKeys ?? [],
      })
    },
  )

  // The value itself, as text: clients read the body, not JSON.
  app.get<Key>('/flow_runs/:id/input/:key', { config: see }, async (request, reply) => {
    const value = await readRunInput(db.read, request.scope, request.params.id, request.params.key)
    return reply.type('text/plain; charset=utf-8').send(value)
  })

  app.delete<Key>('/flow_runs/:id/input/:key', { config: manage }, async (request, reply) => {
    await db.write((trx) => deleteRunInput(trx, request.scope, request.params.id, request.params.key))
    return reply.code(204).send()
  })
}

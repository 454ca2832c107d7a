import {
  maybe,
  Variable,
  VariableCreate,
  VariableFilter,
  VariableSort,
  VariableUpdate,
} from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { optionalBody } from '../../http/paginate.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import type { VariableKey } from './variables.queries.ts'
import {
  countVariables,
  createVariable,
  deleteVariable,
  readVariable,
  readVariables,
  updateVariable,
} from './variables.service.ts'

const FilterBody = optionalBody({
  variables: maybe(VariableFilter),
  sort: maybe(VariableSort),
  ...PageFields,
})
const CountBody = optionalBody({ variables: maybe(VariableFilter) })

/** `/variables`: by id, and by name. */
export function variableRoutes(app: FastifyInstance, { db, clock }: Context): void {
  const see = workspaceAccess('see_variables')
  const write = workspaceAccess('write_variables')
  const manage = workspaceAccess('manage_variables')

  app.post<{ Body: VariableCreate }>(
    '/variables/',
    { config: write, schema: { body: VariableCreate, response: { 201: Variable } } },
    async (request, reply) => {
      const variable = await db.write((trx) => createVariable(trx, request.scope, request.body, clock.now()))
      return reply.code(201).send(variable)
    },
  )

  for (const path of ['/variables/:id', '/variables/name/:name']) {
    app.get<{ Params: VariableKey }>(
      path,
      { config: see, schema: { response: { 200: Variable } } },
      async (request) => readVariable(db.read, request.scope, keyOf(request.params)),
    )
    app.patch<{ Params: VariableKey; Body: VariableUpdate }>(
      path,
      { config: write, schema: { body: VariableUpdate } },
      async (request, reply) => {
        const key = keyOf(request.params)
        await db.write((trx) => updateVariable(trx, request.scope, key, request.body, clock.now()))
        return reply.code(204).send()
      },
    )
    app.delete<{ Params: VariableKey }>(path, { config: manage }, async (request, reply) => {
      await db.write((trx) => deleteVariable(trx, request.scope, keyOf(request.params)))
      return reply.code(204).send()
    })
  }

  app.post<{ Body: Static<typeof FilterBody> }>(
    '/variables/filter',
    { config: see, schema: { body: FilterBody, response: { 200: Type.Array(Variable) } } },
    async (request) => {
      const { variables, sort, ...page } = request.body ?? {}
      return readVariables(db, request.scope, {
        filter: variables ?? null,
        sort: sort ?? 'NAME_ASC',
        ...readPage(page),
      })
    },
  )

  app.post<{ Body: Static<typeof CountBody> }>(
    '/variables/count',
    { config: see, schema: { body: CountBody } },
    async (request) => countVariables(db, request.scope, request.body?.variables ?? null),
  )
}

// The workspace's ids are among the path's parameters too.
const keyOf = (params: VariableKey): VariableKey =>
  'id' in params ? { id: params.id } : { name: params.name }

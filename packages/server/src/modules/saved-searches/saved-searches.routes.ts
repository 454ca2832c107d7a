import { SavedSearch, SavedSearchCreate, SavedSearchUpdate } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { optionalBody } from '../../http/paginate.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import {
  deleteSavedSearch,
  pinSavedSearch,
  readSavedSearch,
  readSavedSearches,
  saveSearch,
  updateSavedSearch,
} from './saved-searches.service.ts'

const FilterBody = optionalBody(PageFields)
const PinBody = Type.Object({ pinned: Type.Boolean() })
type Id = { Params: { id: string } }

/** `/saved_searches`: Prefect's four routes; `PATCH` and `…/pin` are ours. */
export function savedSearchRoutes(app: FastifyInstance, { db, clock }: Context): void {
  const see = workspaceAccess('see_flows')
  const manage = workspaceAccess('manage_saved_search')

  app.put<{ Body: SavedSearchCreate }>(
    '/saved_searches/',
    { config: manage, schema: { body: SavedSearchCreate, response: { 200: SavedSearch } } },
    async (request) => db.write((trx) => saveSearch(trx, request.scope, request.body, clock.now())),
  )
  app.get<Id>(
    '/saved_searches/:id',
    { config: see, schema: { response: { 200: SavedSearch } } },
    async (request) => readSavedSearch(db.read, request.scope, request.params.id),
  )
  app.patch<Id & { Body: SavedSearchUpdate }>(
    '/saved_searches/:id',
    { config: manage, schema: { body: SavedSearchUpdate } },
    async (request, reply) => {
      const { scope, params, body } = request
      await db.write((trx) => updateSavedSearch(trx, scope, params.id, body, clock.now()))
      return reply.code(204).send()
    },
  )
  app.delete<Id>('/saved_searches/:id', { config: manage }, async (request, reply) => {
    await db.write((trx) => deleteSavedSearch(trx, request.scope, request.params.id))
    return reply.code(204).send()
  })
  // A reader's own sidebar: whoever may look at the search may pin it.
  app.put<Id & { Body: Static<typeof PinBody> }>(
    '/saved_searches/:id/pin',
    { config: see, schema: { body: PinBody } },
    async (request, reply) => {
      const { scope, params, body } = request
      await db.write((trx) => pinSavedSearch(trx, scope, params.id, body.pinned))
      return reply.code(204).send()
    },
  )
  app.post<{ Body: Static<typeof FilterBody> }>(
    '/saved_searches/filter',
    { config: see, schema: { body: FilterBody, response: { 200: Type.Array(SavedSearch) } } },
    async (request) => readSavedSearches(db.read, request.scope, readPage(request.body)),
  )
}

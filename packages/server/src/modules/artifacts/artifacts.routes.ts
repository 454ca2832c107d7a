import {
  Artifact,
  ArtifactCollection,
  ArtifactCollectionFilter,
  ArtifactCreate,
  ArtifactFilter,
  ArtifactRunFilters,
  ArtifactSort,
  ArtifactUpdate,
  maybe,
} from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { optionalBody } from '../../http/paginate.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import {
  countArtifacts,
  countLatest,
  createArtifact,
  deleteArtifact,
  readArtifact,
  readArtifacts,
  readLatestArtifact,
  readLatestArtifacts,
  updateArtifact,
} from './artifacts.service.ts'

const own = { artifacts: maybe(ArtifactFilter), ...ArtifactRunFilters }
const latest = { artifacts: maybe(ArtifactCollectionFilter), ...ArtifactRunFilters }
const FilterBody = optionalBody({ ...own, sort: maybe(ArtifactSort), ...PageFields })
const CountBody = optionalBody(own)
const LatestFilterBody = optionalBody({ ...latest, sort: maybe(ArtifactSort), ...PageFields })
const LatestCountBody = optionalBody(latest)
type Id = { Params: { id: string } }

/** `/artifacts`: each by its id, and the latest of a key. */
export function artifactRoutes(app: FastifyInstance, { db, clock }: Context): void {
  const see = workspaceAccess('see_artifacts')
  const write = workspaceAccess('write_artifacts')
  const manage = workspaceAccess('manage_artifacts')

  app.post<{ Body: ArtifactCreate }>(
    '/artifacts/',
    { config: write, schema: { body: ArtifactCreate, response: { 201: Artifact } } },
    async (request, reply) => {
      const artifact = await db.write((trx) => createArtifact(trx, request.scope, request.body, clock.now()))
      return reply.code(201).send(artifact)
    },
  )

  app.get<Id>('/artifacts/:id', { config: see, schema: { response: { 200: Artifact } } }, async (request) =>
    readArtifact(db.read, request.scope, request.params.id),
  )

  app.get<{ Params: { key: string } }>(
    '/artifacts/:key/latest',
    { config: see, schema: { response: { 200: ArtifactCollection } } },
    async (request) => readLatestArtifact(db.read, request.scope, request.params.key),
  )

  app.patch<Id & { Body: ArtifactUpdate }>(
    '/artifacts/:id',
    { config: write, schema: { body: ArtifactUpdate } },
    async (request, reply) => {
      const input = { ...request.body, id: request.params.id }
      await db.write((trx) => updateArtifact(trx, request.scope, input, clock.now()))
      return reply.code(204).send()
    },
  )

  app.delete<Id>('/artifacts/:id', { config: manage }, async (request, reply) => {
    await db.write((trx) => deleteArtifact(trx, request.scope, request.params.id, clock.now()))
    return reply.code(204).send()
  })

  app.post<{ Body: Static<typeof FilterBody> }>(
    '/artifacts/filter',
    { config: see, schema: { body: FilterBody, response: { 200: Type.Array(Artifact) } } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      return readArtifacts(db, request.scope, { filters, sort: sort ?? 'ID_DESC', ...readPage(filters) })
    },
  )

  app.post<{ Body: Static<typeof LatestFilterBody> }>(
    '/artifacts/latest/filter',
    { config: see, schema: { body: LatestFilterBody, response: { 200: Type.Array(ArtifactCollection) } } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      return readLatestArtifacts(db, request.scope, {
        filters,
        sort: sort ?? 'ID_DESC',
        ...readPage(filters),
      })
    },
  )

  app.post<{ Body: Static<typeof CountBody> }>(
    '/artifacts/count',
    { config: see, schema: { body: CountBody } },
    async (request) => countArtifacts(db, request.scope, request.body ?? {}),
  )

  app.post<{ Body: Static<typeof LatestCountBody> }>(
    '/artifacts/latest/count',
    { config: see, schema: { body: LatestCountBody } },
    async (request) => countLatest(db, request.scope, request.body ?? {}),
  )
}

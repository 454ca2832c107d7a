import { type Static, Type } from 'typebox'
import { RunFilters } from './filters.ts'
import { Instant, maybe, nullable, Uuid } from './optional.ts'

// A key stands in a path of ours, whose parts have at most 500 characters.
const ArtifactKey = Type.String({ maxLength: 500, pattern: '^[a-z0-9-]*$' })
const Metadata = Type.Record(Type.String(), Type.String())

const content = {
  type: nullable(Type.String()),
  description: nullable(Type.String()),
  data: Type.Unknown(),
  metadata_: nullable(Metadata),
  flow_run_id: nullable(Uuid),
  task_run_id: nullable(Uuid),
}

/**
 * What a run shows to people. Types that clients make: markdown (also links), table (JSON text of rows or columns),
 * progress (0 to 100), image (its address). Those of the server hold a state's result, and have no type.
 */
export const Artifact = Type.Object({
  id: Uuid,
  created: nullable(Instant),
  updated: nullable(Instant),
  key: nullable(Type.String()),
  ...content,
})
export type Artifact = Static<typeof Artifact>

/** The artifacts that share a key, shown by the latest one. */
export const ArtifactCollection = Type.Object({
  id: Uuid,
  created: nullable(Instant),
  updated: nullable(Instant),
  key: Type.String(),
  latest_id: Uuid,
  ...content,
})
export type ArtifactCollection = Static<typeof ArtifactCollection>

export const ArtifactCreate = Type.Object({
  id: maybe(Uuid),
  key: maybe(ArtifactKey),
  type: maybe(Type.String()),
  description: maybe(Type.String()),
  data: Type.Optional(Type.Unknown()),
  metadata_: maybe(Metadata),
  flow_run_id: maybe(Uuid),
  task_run_id: maybe(Uuid),
})
export type ArtifactCreate = Static<typeof ArtifactCreate>

/** A key that is absent stays as it is; null is a value. */
export const ArtifactUpdate = Type.Object({
  description: maybe(Type.String()),
  data: Type.Optional(Type.Unknown()),
  metadata_: maybe(Metadata),
})
export type ArtifactUpdate = Static<typeof ArtifactUpdate>

export const ARTIFACT_SORTS = ['ID_DESC', 'CREATED_DESC', 'UPDATED_DESC', 'KEY_ASC', 'KEY_DESC'] as const
export const ArtifactSort = Type.Enum([...ARTIFACT_SORTS])
export type ArtifactSort = (typeof ARTIFACT_SORTS)[number]

const ids = maybe(Type.Object({ any_: maybe(Type.Array(Uuid)) }))
const texts = maybe(Type.Array(Type.String()))
const fields = {
  operator: maybe(Type.Enum(['and_', 'or_'])),
  key: maybe(Type.Object({ any_: texts, like_: maybe(Type.String()), exists_: maybe(Type.Boolean()) })),
  flow_run_id: ids,
  task_run_id: ids,
  type: maybe(Type.Object({ any_: texts, not_any_: texts })),
}

export const ArtifactFilter = Type.Object({ ...fields, id: ids })
export type ArtifactFilter = Static<typeof ArtifactFilter>

export const ArtifactCollectionFilter = Type.Object({ ...fields, latest_id: ids })
export type ArtifactCollectionFilter = Static<typeof ArtifactCollectionFilter>

const { flow_runs, task_runs, flows, deployments } = RunFilters
/** Filters of the runs that made the artifacts. */
export const ArtifactRunFilters = { flow_runs, task_runs, flows, deployments }
const ArtifactRunFiltersInput = Type.Object(ArtifactRunFilters)
export type ArtifactRunFilters = Static<typeof ArtifactRunFiltersInput>

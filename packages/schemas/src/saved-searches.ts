import { type Static, Type } from 'typebox'
import { Instant, maybe, nullable, Uuid } from './optional.ts'

/** One condition of a saved search, in the words of whoever saved it: the server keeps it and does not read it. */
export const SavedSearchFilter = Type.Object({
  object: Type.String(),
  property: Type.String(),
  type: Type.String(),
  operation: Type.String(),
  value: Type.Unknown(),
})
export type SavedSearchFilter = Static<typeof SavedSearchFilter>

/** Prefect's saved search; what follows `filters` is ours. */
export const SavedSearch = Type.Object({
  id: Uuid,
  created: nullable(Instant),
  updated: nullable(Instant),
  name: Type.String(),
  filters: Type.Array(SavedSearchFilter),
  /** Whether everybody in the workspace sees it, or only its owner. */
  shared: Type.Boolean(),
  /** Whether the caller keeps it in the sidebar. */
  pinned: Type.Boolean(),
  owner: Type.Object({ id: Type.String(), name: Type.String() }),
  /** Whether it is the caller's own. */
  own: Type.Boolean(),
})
export type SavedSearch = Static<typeof SavedSearch>

const SavedSearchName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
const Filters = Type.Array(SavedSearchFilter, { maxItems: 100 })

/** `PUT`: the caller's search of this name is replaced. Prefect's clients know no owners, so without `shared` all see it. */
export const SavedSearchCreate = Type.Object(
  {
    name: SavedSearchName,
    filters: maybe(Filters),
    shared: maybe(Type.Boolean()),
    pinned: maybe(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type SavedSearchCreate = Static<typeof SavedSearchCreate>

/** A key that is absent stays as it is. */
export const SavedSearchUpdate = Type.Object(
  { name: maybe(SavedSearchName), filters: maybe(Filters), shared: maybe(Type.Boolean()) },
  { additionalProperties: false },
)
export type SavedSearchUpdate = Static<typeof SavedSearchUpdate>

// What the addresses of the artifact pages may say.
export const ARTIFACT_SORTS = ['UPDATED_DESC', 'KEY_ASC', 'KEY_DESC'] as const
export interface ArtifactsSearch {
  /** Part of a key. */
  key?: string
  type?: string
  view?: 'list'
  sort?: (typeof ARTIFACT_SORTS)[number]
  page?: number
}
export function parseArtifactsSearch(search: Record<string, unknown>): ArtifactsSearch {
  const out: ArtifactsSearch = {}
  const key = typeof search.key === 'number' ? String(search.key) : search.key
  if (typeof key === 'string' && key) out.key = key
  if (typeof search.type === 'string' && search.type) out.type = search.type
  if (search.view === 'list') out.view = 'list'
  const sort = ARTIFACT_SORTS.find((each) => each === search.sort)
  if (sort && sort !== 'UPDATED_DESC') out.sort = sort
  const page = Number(search.page)
  if (Number.isInteger(page) && page > 1) out.page = page
  return out
}

export interface ArtifactSearch {
  raw?: true
  /** The version that is shown of a key; the latest otherwise. */
  version?: string
  /** The version that it is compared with. */
  against?: string
  /** Lists of versions are long: how far back this one reaches. */
  page?: number
}
export function parseArtifactSearch(search: Record<string, unknown>): ArtifactSearch {
  const out: ArtifactSearch = {}
  if (search.raw === true || search.raw === 1) out.raw = true
  if (typeof search.version === 'string' && search.version) out.version = search.version
  if (typeof search.against === 'string' && search.against) out.against = search.against
  const page = Number(search.page)
  if (Number.isInteger(page) && page > 1) out.page = page
  return out
}

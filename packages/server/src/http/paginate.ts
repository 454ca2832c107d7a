import { type TProperties, Type } from 'typebox'
import { PageFields, readPage } from './pagination.ts'

/** A body that may be left out: without one the routes of lists take every default. */
export const optionalBody = <P extends TProperties>(fields: P) =>
  Type.Union([Type.Object(fields), Type.Null()])

export const PaginateFields = {
  limit: PageFields.limit,
  page: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
}

export interface Paginated<T> {
  results: T[]
  count: number
  limit: number
  pages: number
  page: number
}

/** The answer of a `/paginate` route: page 1 is the first. */
export async function paginate<T>(
  input: { page?: number | null; limit?: number | null },
  list: (page: { limit: number; offset: number }) => Promise<T[]>,
  count: () => Promise<number>,
): Promise<Paginated<T>> {
  const { limit } = readPage({ limit: input.limit ?? null })
  const page = input.page ?? 1
  const [results, total] = await Promise.all([list({ limit, offset: (page - 1) * limit }), count()])
  return { results, count: total, limit, pages: limit === 0 ? 0 : Math.ceil(total / limit), page }
}

import { type Static, Type } from 'typebox'
import { Invalid } from '../errors.ts'

export const MAX_LIMIT = 200

/** `limit` and `offset` as every filter route takes them. */
export const PageFields = {
  limit: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  offset: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
}
const PageInput = Type.Object(PageFields)
export type PageInput = Static<typeof PageInput>

/** The page asked for; 422 past 200 rows, as the genuine server answers. Limit 0 is legal and gives no rows. */
export function readPage(
  input: PageInput | null | undefined,
  max: number = MAX_LIMIT,
): { limit: number; offset: number } {
  const limit = input?.limit ?? max
  const offset = input?.offset ?? 0
  if (limit > max)
    throw new Invalid(`Invalid limit: must be less than or equal to ${max}.`, 'limit_too_large')
  if (limit < 0) throw new Invalid('Invalid limit: must be 0 or more.', 'limit_negative')
  if (offset < 0) throw new Invalid('Invalid offset: must be 0 or more.', 'offset_negative')
  return { limit, offset }
}

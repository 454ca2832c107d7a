import { EventFilter, type Micros, toIso } from '@orrery/schemas'
import { Compile } from 'typebox/compile'
import type { Db } from '../../db/db.ts'
import { Forbidden } from '../../errors.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { occurredRange } from './event-filter-sql.ts'
import { eventToJson } from './event-row.ts'
import { countEvents, listEvents } from './events.queries.ts'

export const DEFAULT_PAGE = 50

/** What a page token holds: the query with its bounds and count as they were when it began. */
interface PageToken {
  filter: EventFilter
  count: number
  page_size: number
  offset: number
}

/** The first page of a query, as JSON text. `url` is where `events/filter/next` lies. */
export async function readFirstPage(
  db: Db,
  scope: WorkspaceScope,
  input: { filter: EventFilter; limit: number; now: Micros; url: string },
): Promise<string> {
  const range = occurredRange(input.filter, input.now)
  const filter = { ...input.filter, occurred: { since: toIso(range.since), until: toIso(range.until) } }
  const count = await countEvents(db, scope, { filter, range })
  return readPage(db, scope, { filter, count, page_size: input.limit, offset: 0 }, input)
}

/** The page that a token stands for, as JSON text. */
export async function readNextPage(
  db: Db,
  scope: WorkspaceScope,
  input: { token: string; now: Micros; url: string },
): Promise<string> {
  return readPage(db, scope, readToken(input.token), input)
}

async function readPage(
  db: Db,
  scope: WorkspaceScope,
  page: PageToken,
  { now, url }: { now: Micros; url: string },
): Promise<string> {
  const { filter, count, page_size: limit, offset } = page
  const rows = await listEvents(db, scope, { filter, range: occurredRange(filter, now), limit, offset })
  const next = offset + limit
  const token = limit > 0 && next < count ? writeToken({ ...page, offset: next }) : null
  const link = token ? JSON.stringify(`${url}?page-token=${token}`) : 'null'
  return `{"events":[${rows.map(eventToJson).join(',')}],"total":${count},"next_page":${link}}`
}

const writeToken = (token: PageToken): string => Buffer.from(JSON.stringify(token)).toString('base64url')

const filterCheck = Compile(EventFilter)

// A token can be made by anybody: it only repeats a query that its sender may ask anyway.
function readToken(text: string): PageToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as PageToken
    const numbers = [token.count, token.page_size, token.offset]
    if (
      filterCheck.Check(token.filter) &&
      numbers.every((value) => Number.isSafeInteger(value) && value >= 0)
    )
      return { ...token, page_size: Math.min(token.page_size, 200) }
  } catch {
    // Below.
  }
  throw new Forbidden('The page token is not valid; begin with the first page again', 'invalid_page_token')
}

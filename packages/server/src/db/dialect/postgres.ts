import { newId } from '@orrery/schemas'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import {
  beginHooks,
  type Db,
  hooksOf,
  type Lane,
  type LaneOptions,
  type Outcome,
  runHooks,
  type Trx,
} from '../db.ts'
import { answersOf, LaneQueue, settleBatch } from '../lane.ts'
import { migratePostgres } from '../migrate.ts'
import type { Tables } from '../tables.ts'
import { LocalTopics } from '../topics.ts'
import { setPostgresTypes, withoutNul } from './bulk.ts'
import { PostgresChannel } from './postgres-channel.ts'

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const ATTEMPTS = 8

// int8 and numeric come as texts by default; ours are microseconds and counts, which fit a double.
pg.types.setTypeParser(20, Number)
pg.types.setTypeParser(1700, Number)

const statementNames = new Map<string, string>()

/** A client that keeps its statements prepared by text and stores no U+0000, which PostgreSQL refuses. */
class Client extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg's query has a dozen overloads; all pass through
  override query(...args: any[]): any {
    const [text, values] = args
    if (typeof text !== 'string' || !Array.isArray(values)) return super.query(...(args as [string]))
    const clean = values.map((value) => (typeof value === 'string' ? withoutNul(value) : value))
    const name = nameOf(text)
    return super.query(name ? { name, text, values: clean } : { text, values: clean }, ...args.slice(2))
  }
}

function nameOf(text: string): string | null {
  let name = statementNames.get(text)
  if (name) return name
  // Texts with lists of parameters vary without end; those beyond the cap go unprepared.
  if (statementNames.size >= 500 || text.length > 4000) return null
  name = `orrery_${statementNames.size}`
  statementNames.set(text, name)
  return name
}

const isRetriable = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK)

/** Opens the PostgreSQL database at `url` and brings it up to date. */
export async function openPostgres(url: string, options: { poolSize?: number } = {}): Promise<Db> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? 12,
    connectionTimeoutMillis: 10_000,
    Client,
  })
  // An idle connection that the server ends must not end the process; the pool replaces it.
  pool.on('error', () => {})
  try {
    await migratePostgres(pool)
    setPostgresTypes(await readTypes(pool))
  } catch (error) {
    await pool.end()
    throw error
  }
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const topics = new LocalTopics()
  const channel = new PostgresChannel(url, newId(), pool, topics)
  await channel.start()

  const inFlight = new Set<Promise<unknown>>()
  const track = <T>(work: Promise<T>): Promise<T> => {
    inFlight.add(work)
    const forget = () => inFlight.delete(work)
    work.then(forget, forget)
    return work
  }

  /** Runs the work in a transaction; what it returns is called after the commit. */
  async function transact(work: (trx: Trx) => Promise<() => void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      let after: (() => void)[] = []
      let answer: () => void
      try {
        answer = await kysely.transaction().execute((transaction) => {
          const trx = transaction as unknown as Trx
          after = beginHooks(trx, db)
          return work(trx)
        })
      } catch (error) {
        if (!isRetriable(error) || attempt >= ATTEMPTS) throw error
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt))
        continue
      }
      runHooks(after)
      answer()
      return
    }
  }

  const db: Db = {
    dialect: 'postgres',
    read: kysely,
    scan: kysely,
    get listening() {
      return channel.listening
    },
    onRelisten: (fn) => channel.onRelisten(fn),
    write: <T>(fn: (trx: Trx) => Promise<T>) =>
      track(
        new Promise<T>((resolve, reject) => {
          transact(async (trx) => {
            const value = await fn(trx)
            return () => resolve(value)
          }).catch(reject)
        }),
      ),
    lane<I, O>(
      _name: string,
      fn: (trx: Trx, inputs: I[]) => Promise<Outcome<O>[]>,
      laneOptions: LaneOptions<I> = {},
    ): Lane<I, O> {
      const queue = new LaneQueue<I, O>(laneOptions, (entries) => {
        // The batch alone in its transaction first: two savepoint statements fewer, of ten. When it throws, nothing
        // was committed, and each input is tried by itself.
        let thrown = false
        const inputs = entries.map((entry) => entry.input)
        const whole = transact(async (trx) => {
          thrown = false
          try {
            return answersOf(entries, await fn(trx, inputs))
          } catch (error) {
            thrown = true
            throw error
          }
        })
        const work = whole
          .catch((error) => {
            if (!thrown || entries.length === 1 || isRetriable(error)) throw error
            return transact((trx) => settleBatch(entries, (some) => fn(trx, some), savepoints(trx)))
          })
          .catch((error) => {
            for (const entry of entries) entry.reject(error)
          })
        track(work).finally(() => queue.finished())
      })
      return queue.push
    },
    notify: (topic, payload) => channel.notify(topic, payload),
    listen: (topic, fn) => topics.subscribe(topic, fn),
    async drain() {
      while (inFlight.size > 0) await Promise.allSettled(inFlight)
    },
    async close() {
      while (inFlight.size > 0) await Promise.allSettled(inFlight)
      await channel.stop()
      await pool.end()
    },
  }
  return db
}

const savepoints = (trx: Trx) => ({
  retriable: isRetriable,
  savepoint: async <T>(run: () => Promise<T>): Promise<T> => {
    const hooks = hooksOf(trx)
    const mark = hooks.length
    await sqlText(trx, 'SAVEPOINT item')
    try {
      const result = await run()
      await sqlText(trx, 'RELEASE SAVEPOINT item')
      return result
    } catch (error) {
      hooks.length = mark
      if (!isRetriable(error)) await sqlText(trx, 'ROLLBACK TO SAVEPOINT item')
      throw error
    }
  },
})

const sqlText = (trx: Trx, text: string) =>
  trx.executeQuery({ sql: text, parameters: [], query: { kind: 'RawNode' } as never, queryId: {} as never })

async function readTypes(pool: pg.Pool): Promise<Map<string, Map<string, string>>> {
  const { rows } = await pool.query<{ table_name: string; column_name: string; udt_name: string }>(
    'select table_name, column_name, udt_name from information_schema.columns where table_schema = current_schema()',
  )
  const types = new Map<string, Map<string, string>>()
  for (const row of rows) {
    const columns = types.get(row.table_name) ?? new Map<string, string>()
    types.set(row.table_name, columns.set(row.column_name, row.udt_name))
  }
  return types
}

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely } from 'kysely'
import { beginHooks, type Db, hooksOf, type Lane, type LaneOptions, type Outcome, type Trx } from '../db.ts'
import { LaneQueue, settleBatch } from '../lane.ts'
import { migrateSqlite } from '../migrate.ts'
import type { Tables } from '../tables.ts'
import { LocalTopics } from '../topics.ts'
import { registerBulk } from './bulk.ts'
import { SqliteHandle, SqliteRunnerDialect } from './sqlite-connection.ts'
import { SqliteScan } from './sqlite-scan.ts'

/** Work of one transaction stops being added after this long, so that no caller waits for a crowd. */
const BATCH_MILLIS = 15
const BATCH_JOBS = 512

interface Job {
  run(trx: Trx): Promise<() => void>
  fail(error: unknown): void
}

/**
 * Opens (or makes) the database file. One writer drains a queue: many callers' writes share one
 * transaction, each in its own savepoint, and all are answered after the one commit (a commit with
 * `synchronous=FULL` costs a disk flush; shared, it costs each of them a fraction).
 */
export async function openSqlite(path: string): Promise<Db> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const handle = new SqliteHandle(path, { readOnly: false })
  await migrateSqlite(handle)
  const writer = new Kysely<Tables>({
    dialect: new SqliteRunnerDialect((sql, parameters) => handle.query(sql, parameters)),
  }) as Trx
  registerBulk(writer, { dialect: 'sqlite', handle })
  const readHandle = new SqliteHandle(path, { readOnly: true })
  const read = new Kysely<Tables>({
    dialect: new SqliteRunnerDialect((sql, parameters) => readHandle.query(sql, parameters)),
  })
  registerBulk(read, { dialect: 'sqlite', handle: readHandle })
  const scanner = new SqliteScan(path)
  const scan = new Kysely<Tables>({ dialect: new SqliteRunnerDialect(scanner.query) })

  const topics = new LocalTopics()
  const jobs: Job[] = []
  let draining: Promise<void> | null = null
  let closed = false

  const enqueue = (job: Job) => {
    if (closed) return job.fail(new Error('The database is closed'))
    jobs.push(job)
    // Deferred by one turn of the loop, so that requests already parsed share the transaction.
    draining ??= new Promise<void>((resolve) => setImmediate(resolve)).then(drainJobs)
  }

  async function drainJobs(): Promise<void> {
    while (jobs.length > 0) await runBatch()
    draining = null
  }

  async function runBatch(): Promise<void> {
    const started = performance.now()
    const done: { job: Job; answer: () => void; after: (() => void)[] }[] = []
    const batch: Job[] = []
    try {
      handle.database.exec('BEGIN IMMEDIATE')
      while (jobs.length > 0 && batch.length < BATCH_JOBS && performance.now() - started < BATCH_MILLIS) {
        const job = jobs.shift()
        if (!job) break
        batch.push(job)
        const after = beginHooks(writer, db)
        handle.database.exec('SAVEPOINT job')
        try {
          const answer = await job.run(writer)
          handle.database.exec('RELEASE job')
          done.push({ job, answer, after })
        } catch (error) {
          handle.database.exec('ROLLBACK TO job; RELEASE job')
          job.fail(error)
        }
      }
      handle.database.exec('COMMIT')
    } catch (error) {
      if (handle.database.isTransaction) handle.database.exec('ROLLBACK')
      for (const job of batch) job.fail(error)
      return
    }
    for (const { answer, after } of done) {
      for (const fn of after) fn()
      answer()
    }
    // Let sockets be read between two transactions.
    await new Promise<void>((resolve) => setImmediate(resolve))
  }

  const db: Db = {
    dialect: 'sqlite',
    read,
    scan,
    listening: true,
    onRelisten: () => () => {},
    write: (fn) =>
      new Promise((resolve, reject) => {
        enqueue({
          run: async (trx) => {
            const value = await fn(trx)
            return () => resolve(value)
          },
          fail: reject,
        })
      }),
    lane<I, O>(
      _name: string,
      fn: (trx: Trx, inputs: I[]) => Promise<Outcome<O>[]>,
      options: LaneOptions<I> = {},
    ): Lane<I, O> {
      const queue = new LaneQueue<I, O>(options, (entries) => {
        enqueue({
          run: (trx) =>
            settleBatch(entries, (inputs) => fn(trx, inputs), {
              savepoint: async (work) => {
                const hooks = hooksOf(writer)
                const mark = hooks.length
                handle.database.exec('SAVEPOINT item')
                try {
                  const result = await work()
                  handle.database.exec('RELEASE item')
                  return result
                } catch (error) {
                  handle.database.exec('ROLLBACK TO item; RELEASE item')
                  hooks.length = mark
                  throw error
                }
              },
            }).then((answer) => () => {
              answer()
              queue.finished()
            }),
          fail: (error) => {
            for (const entry of entries) entry.reject(error)
            queue.finished()
          },
        })
      })
      return queue.push
    },
    notify: (topic, payload) => topics.publish(topic, payload),
    listen: (topic, fn) => topics.subscribe(topic, fn),
    async drain() {
      while (draining) await draining
    },
    async close() {
      while (draining) await draining
      closed = true
      await scanner.close()
      readHandle.close()
      handle.database.exec('PRAGMA optimize')
      handle.close()
    },
  }
  return db
}

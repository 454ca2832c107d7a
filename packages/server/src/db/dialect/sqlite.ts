import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely } from 'kysely'
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
import { LaneQueue, settleBatch } from '../lane.ts'
import { migrateSqlite } from '../migrate.ts'
import type { Tables } from '../tables.ts'
import { LocalTopics } from '../topics.ts'
import { registerBulk } from './bulk.ts'
import { SqliteHandle, SqliteRunnerDialect } from './sqlite-connection.ts'
import { SqliteScan } from './sqlite-scan.ts'
import { WalCheckpoint } from './wal-checkpoint.ts'
import { WalSync } from './wal-sync.ts'

/** Work of one transaction stops being added after this long, so that no caller waits for a crowd. */
const BATCH_MILLIS = 15
const BATCH_JOBS = 512

interface Job {
  /** Does the work; what it returns is called when the work is durable. */
  run(trx: Trx): Promise<() => void>
  /** The work is out of the transaction: committed, though perhaps not yet on the disk, or undone. */
  leave(): void
  fail(error: unknown): void
}

/** A job whose work is in the transaction. */
interface Done {
  job: Job
  answer: () => void
  after: (() => void)[]
}

const nothing = () => {}

/** What makes commits durable. */
export interface LogFlusher {
  /** Resolves when everything committed before the call is on the disk. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface SqliteOptions {
  /** Replaces the flusher of the write-ahead log; tests hold it back. */
  openLog?: (databasePath: string) => LogFlusher
}

const openLog = (databasePath: string): LogFlusher => new WalSync(databasePath)

/**
 * Opens (or makes) the database file. One writer drains a queue: many callers' writes share one
 * transaction, each in its own savepoint. They are answered, and what they publish is published, when the
 * log that holds the commit is flushed to the disk; meanwhile the next transaction is filled.
 */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<Db> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const handle = new SqliteHandle(path, { readOnly: false })
  await migrateSqlite(handle)
  const wal = (options.openLog ?? openLog)(path)
  const checkpoint = new WalCheckpoint(path, handle)
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
  const settling = new Set<Promise<void>>()
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
    const done: Done[] = []
    const open = new Set<Job>()
    const undo = (job: Job, error: unknown) => {
      open.delete(job)
      job.fail(error)
      job.leave()
    }
    try {
      for (const job of jobs.splice(0, 1)) open.add(job)
      handle.database.exec('BEGIN IMMEDIATE')
      for (let [job] = open; job; job = nextJob(started, open)) {
        const after = beginHooks(writer, db)
        handle.database.exec('SAVEPOINT job')
        try {
          const answer = await job.run(writer)
          handle.database.exec('RELEASE job')
          done.push({ job, answer, after })
        } catch (error) {
          handle.database.exec('ROLLBACK TO job; RELEASE job')
          undo(job, error)
        }
      }
      handle.database.exec('COMMIT')
    } catch (error) {
      // A full disk, or another process that holds the lock: nobody's work is kept.
      if (handle.database.isTransaction) handle.database.exec('ROLLBACK')
      for (const job of [...open]) undo(job, error)
      return
    }
    for (const { job } of done) job.leave()
    settle(done)
    checkpoint.committed()
    // Let sockets be read between two transactions.
    await new Promise<void>((resolve) => setImmediate(resolve))
  }

  function nextJob(started: number, open: Set<Job>): Job | undefined {
    if (open.size >= BATCH_JOBS || performance.now() - started > BATCH_MILLIS) return undefined
    const job = jobs.shift()
    if (job) open.add(job)
    return job
  }

  function settle(done: Done[]): void {
    const settled = wal.flush().then(
      () => {
        for (const { answer, after } of done) {
          runHooks(after)
          answer()
        }
      },
      (error) => {
        for (const { job } of done) job.fail(error)
      },
    )
    settling.add(settled)
    settled.finally(() => settling.delete(settled))
  }

  async function drain(): Promise<void> {
    while (draining || settling.size > 0) {
      await draining
      await Promise.allSettled(settling)
    }
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
          leave: nothing,
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
            }),
          leave: () => queue.finished(),
          fail: (error) => {
            for (const entry of entries) entry.reject(error)
          },
        })
      })
      return queue.push
    },
    notify: (topic, payload) => topics.publish(topic, payload),
    listen: (topic, fn) => topics.subscribe(topic, fn),
    drain,
    async close() {
      await drain()
      closed = true
      await checkpoint.close()
      await wal.close()
      await scanner.close()
      readHandle.close()
      handle.database.exec('PRAGMA optimize')
      handle.close()
    },
  }
  return db
}

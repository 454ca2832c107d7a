import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Db, openDb } from '@orrery/server/db'
import { afterAll, beforeAll, describe } from 'vitest'
import { findPostgresBin, type PostgresCluster, startPostgres } from './postgres.ts'

export interface TestDatabase {
  name: 'sqlite' | 'postgres'
  /** The URL of a fresh database, for `startServer({ flags: { databaseUrl } })`. */
  url(): Promise<string>
  /** A fresh database, migrated. Closed and removed when the file's tests are over. */
  open(): Promise<Db>
}

/**
 * Runs the same tests on SQLite and on a real PostgreSQL: one throw-away cluster a file. Where PostgreSQL's
 * programs are missing the pass says so in its name and is left out; in CI that is a failure.
 */
export function eachDatabase(define: (database: TestDatabase) => void): void {
  describe('on SQLite', () => {
    const folders: string[] = []
    const opened: Db[] = []
    const url = async () => {
      const folder = mkdtempSync(join(tmpdir(), 'orrery-db-'))
      folders.push(folder)
      return `sqlite://${join(folder, 'orrery.db')}`
    }
    afterAll(async () => {
      for (const db of opened) await db.close()
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    })
    define({ name: 'sqlite', url, open: async () => keep(opened, await openDb(await url())) })
  })

  const present = findPostgresBin() !== null
  if (!present && process.env.CI) throw new Error('CI needs PostgreSQL: install the package postgresql')
  describe.skipIf(!present)(
    present ? 'on PostgreSQL' : 'on PostgreSQL (no PostgreSQL found: not run)',
    () => {
      let cluster: PostgresCluster
      const opened: Db[] = []
      beforeAll(async () => {
        cluster = await startPostgres()
      }, 60_000)
      afterAll(async () => {
        for (const db of opened) await db.close()
        await cluster?.stop()
      })
      const url = () => cluster.createDatabase()
      define({ name: 'postgres', url, open: async () => keep(opened, await openDb(await url())) })
    },
  )
}

function keep(opened: Db[], db: Db): Db {
  opened.push(db)
  return db
}

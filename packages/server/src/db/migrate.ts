import { systemNow } from '@orrery/schemas'
import type pg from 'pg'
import type { SqliteHandle } from './dialect/sqlite-connection.ts'
import { migrations } from './migrations/index.ts'

/** The database holds migrations that this program does not know: it was written by a newer release. */
export class DatabaseNewer extends Error {
  constructor(unknown: string[]) {
    super(
      `The database is newer than this program (it has ${unknown.join(', ')}). Install the release that wrote it, or point to another database.`,
    )
    this.name = 'DatabaseNewer'
  }
}

const TABLE = 'CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied BIGINT NOT NULL)'
/** Any constant serves; it keeps two starting processes from migrating at once. */
const ADVISORY_LOCK = 7_238_911_004

function pending(applied: Set<string>): typeof migrations {
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = [...applied].filter((name) => !known.has(name))
  if (unknown.length > 0) throw new DatabaseNewer(unknown)
  return migrations.filter((migration) => !applied.has(migration.name))
}

export async function migrateSqlite(handle: SqliteHandle): Promise<void> {
  const { database } = handle
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(TABLE)
    const rows = database.prepare('SELECT name FROM schema_migrations').all() as { name: string }[]
    const insert = database.prepare('INSERT INTO schema_migrations VALUES (?, ?)')
    for (const migration of pending(new Set(rows.map((row) => row.name)))) {
      insert.run(migration.name, systemNow())
      for (const statement of migration.statements('sqlite')) database.exec(statement)
    }
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

export async function migratePostgres(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`)
    await client.query(TABLE)
    const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_migrations')
    for (const migration of pending(new Set(rows.map((row) => row.name)))) {
      await client.query('INSERT INTO schema_migrations VALUES ($1, $2)', [migration.name, systemNow()])
      for (const statement of migration.statements('postgres')) await client.query(statement)
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

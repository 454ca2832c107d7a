import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

/** What a query answers, also across the worker's channel. */
export interface RawResult {
  rows: unknown[]
  changes: number
  insertId: number | bigint
}

/** One SQLite handle with its prepared statements by text. */
export class SqliteHandle {
  readonly database: DatabaseSync
  readonly #statements = new Map<string, { statement: StatementSync; reads: boolean }>()

  constructor(path: string, options: { readOnly: boolean }) {
    this.database = new DatabaseSync(path, { readOnly: options.readOnly })
    this.database.exec('PRAGMA busy_timeout = 10000')
    if (!options.readOnly) {
      // WAL: readers never wait for the writer. NORMAL: the flush of each commit is ours (wal-sync.ts), SQLite
      // keeps the order between the log and the database file.
      this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    }
    this.database.exec('PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456')
  }

  prepare(sql: string): { statement: StatementSync; reads: boolean } {
    let entry = this.#statements.get(sql)
    if (entry) return entry
    const statement = this.database.prepare(sql)
    entry = { statement, reads: statement.columns().length > 0 }
    // Texts with long value lists differ each time; keep the cache from growing without end.
    if (this.#statements.size > 2000) this.#statements.clear()
    this.#statements.set(sql, entry)
    return entry
  }

  query(sql: string, parameters: readonly unknown[]): RawResult {
    const { statement, reads } = this.prepare(sql)
    const values = parameters.map(toSqlite)
    if (reads) return { rows: statement.all(...values), changes: 0, insertId: 0 }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], changes: Number(changes), insertId: lastInsertRowid }
  }

  close(): void {
    this.#statements.clear()
    this.database.close()
  }
}

export function toSqlite(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null
  if (value === true) return 1
  if (value === false) return 0
  return value as SQLInputValue // callers pass what the column types allow: text, number, bigint, bytes
}

/** A Kysely dialect over whatever runs the queries: a handle in this thread, or one in a worker. */
export class SqliteRunnerDialect implements Dialect {
  readonly #run: (sql: string, parameters: readonly unknown[]) => RawResult | Promise<RawResult>

  constructor(run: (sql: string, parameters: readonly unknown[]) => RawResult | Promise<RawResult>) {
    this.#run = run
  }

  createAdapter = () => new SqliteAdapter()
  createQueryCompiler = () => new SqliteQueryCompiler()
  createIntrospector = (db: ConstructorParameters<typeof SqliteIntrospector>[0]) => new SqliteIntrospector(db)

  createDriver(): Driver {
    const run = this.#run
    const connection: DatabaseConnection = {
      async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
        const { rows, changes, insertId } = await run(query.sql, query.parameters)
        return {
          rows: rows as R[],
          numAffectedRows: BigInt(changes),
          insertId: BigInt(insertId),
        }
      },
      async *streamQuery() {
        yield* []
        throw new Error('streaming is not offered on SQLite')
      },
    }
    const begin = (text: string) => async () => {
      await connection.executeQuery(CompiledQuery.raw(text))
    }
    return {
      init: async () => {},
      acquireConnection: async () => connection,
      beginTransaction: begin('BEGIN IMMEDIATE'),
      commitTransaction: begin('COMMIT'),
      rollbackTransaction: begin('ROLLBACK'),
      releaseConnection: async () => {},
      destroy: async () => {},
    }
  }
}

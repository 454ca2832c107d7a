import { sql } from 'kysely'
import type { Db, Trx } from '../db.ts'

/** Every table with a column `workspace_id`: what a workspace owns, those of later migrations included. */
export async function listWorkspaceTables(db: Db): Promise<string[]> {
  const query =
    db.dialect === 'sqlite'
      ? sql<{ name: string }>`select m.name from sqlite_master m join pragma_table_info(m.name) c
          where m.type = 'table' and c.name = 'workspace_id' order by m.name`
      : sql<{ name: string }>`select c.table_name as name from information_schema.columns c
          join information_schema.tables t using (table_schema, table_name)
          where table_schema = current_schema() and t.table_type = 'BASE TABLE'
            and c.column_name = 'workspace_id' order by c.table_name`
  const { rows } = await query.execute(db.read)
  return rows.map((row) => row.name)
}

/** Whether the table has rows of the workspace; read where long reads go. */
export async function hasWorkspaceRows(db: Db, table: string, workspaceId: string): Promise<boolean> {
  const { rows } = await sql`select 1 as one from ${sql.table(table)}
    where workspace_id = ${workspaceId} limit 1`.execute(db.scan)
  return rows.length > 0
}

/** Removes the rows whose `column` is one of the runs. */
export async function removeRowsOfRuns(
  trx: Trx,
  table: string,
  column: string,
  runIds: readonly string[],
): Promise<void> {
  await sql`delete from ${sql.table(table)} where ${sql.ref(column)} in (${sql.join(runIds)})`.execute(trx)
}

/**
 * Removes up to `limit` of the workspace's rows from the table. On a partitioned table a `ctid` occurs once
 * in each partition, so the workspace is asked for again.
 */
export async function removeWorkspaceRows(
  db: Db,
  trx: Trx,
  table: string,
  workspaceId: string,
  limit: number,
): Promise<void> {
  const name = sql.table(table)
  const query =
    db.dialect === 'sqlite'
      ? sql`delete from ${name} where rowid in
          (select rowid from ${name} where workspace_id = ${workspaceId} limit ${sql.lit(limit)})`
      : sql`delete from ${name} where workspace_id = ${workspaceId} and ctid = any(array
          (select ctid from ${name} where workspace_id = ${workspaceId} limit ${sql.lit(limit)}))`
  await query.execute(trx)
}

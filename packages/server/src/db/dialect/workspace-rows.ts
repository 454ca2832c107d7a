import { sql } from 'kysely'
import type { Db, Reader, Trx } from '../db.ts'

/** Every table with a column `workspace_id`: what a workspace owns, those of later migrations included. */
export async function listWorkspaceTables(db: Db): Promise<string[]> {
  const query =
    db.dialect === 'sqlite'
      ? sql<{ name: string }>`select m.name from sqlite_master m join pragma_table_info(m.name) c
          where m.type = 'table' and c.name = 'workspace_id' order by m.name`
      : sql<{ name: string }>`select table_name as name from information_schema.columns
          where table_schema = current_schema() and column_name = 'workspace_id' order by table_name`
  const { rows } = await query.execute(db.read)
  return rows.map((row) => row.name)
}

/** Removes up to `limit` of the workspace's rows from the table; returns how many went. */
export async function removeWorkspaceRows(
  db: Db,
  trx: Trx,
  table: string,
  workspaceId: string,
  limit: number,
): Promise<number> {
  const name = sql.table(table)
  const query =
    db.dialect === 'sqlite'
      ? sql`delete from ${name} where rowid in
          (select rowid from ${name} where workspace_id = ${workspaceId} limit ${sql.lit(limit)})`
      : sql`delete from ${name} where ctid = any(array
          (select ctid from ${name} where workspace_id = ${workspaceId} limit ${sql.lit(limit)}))`
  const result = await query.execute(trx as Reader)
  return Number(result.numAffectedRows ?? 0)
}

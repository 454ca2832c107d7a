import { newId, toIso } from '@orrery/schemas'
import { sql } from 'kysely'
import type { Db } from '../../db/db.ts'
import { runSql } from '../../db/dialect/bulk.ts'
import { NotFound } from '../../errors.ts'
import type { Context } from '../../http/context.ts'
import type { WorkspaceScope } from '../../scope.ts'

/** What a workspace is warned of, and what helps. */
const TEXTS = {
  anonymous_events: {
    message:
      'A client tried to send events without credentials and was refused: task runs of its flows are not recorded.',
    cure: 'Set PREFECT_CLOUD_API_URL to the address of this server with /api at its end, beside PREFECT_API_URL and PREFECT_API_KEY; the command on the workspace settings page sets all three.',
  },
} as const

export type WarningCode = keyof typeof TEXTS

/** Notes a warning; the client is what it called itself. */
export type WarnWorkspace = (workspaceId: string, code: WarningCode, client: string) => void

/** Rows kept for a workspace: one for each kind of client and code, the oldest making room. */
const MAX_WARNINGS = 50
/** Refused clients try again every few seconds, and anybody can be refused: written at most this often. */
const WRITE_MILLIS = 5000

/** Gathers warnings in memory and writes each kind at most every few seconds. */
export function createWarner({ db, clock, log }: Context): { warn: WarnWorkspace; flush(): Promise<void> } {
  const pending = new Map<string, { workspaceId: string; code: WarningCode; client: string; count: number }>()
  let timer: NodeJS.Timeout | null = null
  let lastWrite = Number.NEGATIVE_INFINITY

  async function flush(): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    lastWrite = performance.now()
    const warnings = [...pending.values()]
    pending.clear()
    if (warnings.length === 0) return
    await writeWarnings(db, warnings, clock.now()).catch((error: unknown) =>
      log.error({ err: error }, 'warnings could not be written'),
    )
  }

  return {
    flush,
    warn(workspaceId, code, client) {
      const key = `${workspaceId} ${code} ${client}`
      const entry = pending.get(key)
      if (entry) entry.count++
      else if (pending.size < 1000) pending.set(key, { workspaceId, code, client, count: 1 })
      timer ??= setTimeout(flush, Math.max(0, lastWrite + WRITE_MILLIS - performance.now()))
    },
  }
}

async function writeWarnings(
  db: Db,
  warnings: { workspaceId: string; code: WarningCode; client: string; count: number }[],
  now: number,
): Promise<void> {
  await db.write(async (trx) => {
    for (const { workspaceId, code, client, count } of warnings) {
      // Whoever guesses an address must not fill the table: only workspaces that exist are warned.
      const exists = await runSql(trx, 'SELECT 1 AS one FROM workspaces WHERE id = ?', [workspaceId])
      if (exists.length === 0) continue
      await trx
        .insertInto('workspace_warnings')
        .values({
          id: newId(),
          workspace_id: workspaceId,
          code,
          client,
          count,
          first_seen: now,
          last_seen: now,
        })
        .onConflict((conflict) =>
          conflict.columns(['workspace_id', 'code', 'client']).doUpdateSet({
            count: sql`workspace_warnings.count + ${count}`,
            last_seen: now,
          }),
        )
        .execute()
      await trx
        .deleteFrom('workspace_warnings')
        .where('workspace_id', '=', workspaceId)
        .where('id', 'not in', (eb) =>
          eb
            .selectFrom('workspace_warnings as kept')
            .select('kept.id')
            .where('kept.workspace_id', '=', workspaceId)
            .orderBy('kept.last_seen', 'desc')
            .limit(MAX_WARNINGS),
        )
        .execute()
    }
  })
}

/** The workspace's warnings, the latest first. */
export async function readWarnings(db: Db, scope: WorkspaceScope) {
  const rows = await db.read
    .selectFrom('workspace_warnings')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .orderBy('last_seen', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    ...(TEXTS[row.code as WarningCode] ?? { message: row.code, cure: '' }),
    client: row.client,
    count: row.count,
    first_seen: toIso(row.first_seen),
    last_seen: toIso(row.last_seen),
  }))
}

export async function deleteWarning(db: Db, scope: WorkspaceScope, id: string): Promise<void> {
  const deleted = await db.write((trx) =>
    trx
      .deleteFrom('workspace_warnings')
      .where('workspace_id', '=', scope.workspaceId)
      .where('id', '=', id)
      .executeTakeFirst(),
  )
  if (Number(deleted.numDeletedRows) === 0) throw new NotFound(`No warning has the id ${id}`)
}

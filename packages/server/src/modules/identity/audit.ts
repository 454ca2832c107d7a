import { newId } from '@orrery/schemas'
import type { Trx } from '../../db/db.ts'
import type { Actor, Clock } from '../../scope.ts'

export interface AuditEntry {
  /** As in `prefect-cloud.api-key.created`. */
  event: string
  /** As in `prefect-cloud.api-key.{id}`. */
  resourceId: string
  actor: Actor
  accountId?: string | null
  workspaceId?: string | null
  address?: string | null
  /** What changed. Never a secret. */
  payload?: Record<string, unknown>
}

/** Writes one line of the audit log, in the transaction that does what it records. Lines are never changed. */
export async function writeAudit(trx: Trx, clock: Clock, entry: AuditEntry): Promise<void> {
  await trx
    .insertInto('audit_log')
    .values({
      id: newId(),
      occurred: clock.now(),
      event: entry.event,
      resource_id: entry.resourceId,
      actor_type: entry.actor.type,
      actor_id: entry.actor.id,
      actor_name: entry.actor.name,
      account_id: entry.accountId ?? null,
      in_workspace_id: entry.workspaceId ?? null,
      ip_address: entry.address ?? null,
      payload: JSON.stringify(entry.payload ?? {}),
    })
    .execute()
}

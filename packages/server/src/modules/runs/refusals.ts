/** Proposed states that were not written as they came, with the answer and its reason: what the History shows. */
import type { CoreState, Decision, ProposedState } from '@orrery/core'
import { type Micros, type NamedState, type RefusedTransition, type StateType, toIso } from '@orrery/schemas'
import { defaultStateName } from '@orrery/schemas/state-types'
import { insertMany, type Reader, type Trx, updateMany } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'

/** Kept for each run; the oldest go first. */
const MOST_PER_RUN = 200

export interface Refusal {
  workspace_id: string
  run_id: string
  seen: Micros
  status: string
  reason: string
  proposed_type: string
  proposed_name: string
  from_type: string | null
  from_name: string | null
  /** The state that was written instead, if any. */
  given_type: string | null
  given_name: string | null
}

export function refusalOf(
  row: { id: string; workspace_id: string },
  proposed: ProposedState,
  { decision, initial, now }: { decision: Decision; initial: CoreState | null; now: Micros },
): Refusal {
  return {
    workspace_id: row.workspace_id,
    run_id: row.id,
    seen: now,
    status: decision.status,
    reason: decision.reason ?? '',
    proposed_type: proposed.type,
    proposed_name: proposed.name || defaultStateName(proposed.type),
    from_type: initial?.type ?? null,
    from_name: initial?.name ?? null,
    given_type: decision.state?.type ?? null,
    given_name: decision.state?.name ?? null,
  }
}

const SAME = [
  'status',
  'reason',
  'proposed_type',
  'proposed_name',
  'from_type',
  'from_name',
  'given_type',
  'given_name',
] as const

/**
 * Keeps the refusals of a batch of runs, one each at most. Only what was refused comes here: a batch of accepted
 * states costs nothing. A client that waits proposes the same every few seconds; that raises a count. The runs
 * are locked by the caller, so that no two writers take the same number.
 */
export async function recordRefusals(trx: Trx, refusals: readonly Refusal[]): Promise<void> {
  if (refusals.length === 0) return
  const last = await trx
    .selectFrom('refused_transitions as r')
    .selectAll()
    .where(
      'run_id',
      'in',
      refusals.map(({ run_id }) => run_id),
    )
    .where('number', '=', (sub) =>
      sub
        .selectFrom('refused_transitions as n')
        .select(({ fn }) => fn.max('n.number').as('number'))
        .whereRef('n.run_id', '=', 'r.run_id'),
    )
    .execute()
  const lastOf = new Map(last.map((row) => [row.run_id, row]))
  const repeated = []
  const fresh = []
  for (const { seen, ...refusal } of refusals) {
    const before = lastOf.get(refusal.run_id)
    if (before && SAME.every((key) => before[key] === refusal[key]))
      repeated.push({
        run_id: before.run_id,
        number: before.number,
        count: before.count + 1,
        last_seen: Math.max(before.last_seen, seen),
      })
    else
      fresh.push({
        ...refusal,
        number: (before?.number ?? 0) + 1,
        first_seen: seen,
        last_seen: seen,
        count: 1,
      })
  }
  await updateMany(trx, 'refused_transitions', ['run_id', 'number'], repeated)
  await insertMany(trx, 'refused_transitions', fresh)
  for (const { run_id, number } of fresh)
    if (number > MOST_PER_RUN)
      await trx
        .deleteFrom('refused_transitions')
        .where('run_id', '=', run_id)
        .where('number', '<=', number - MOST_PER_RUN)
        .execute()
}

/** Oldest first. */
export async function listRefusals(
  db: Reader,
  scope: WorkspaceScope,
  runId: string,
): Promise<RefusedTransition[]> {
  const rows = await db
    .selectFrom('refused_transitions')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('run_id', '=', runId)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    id: `${row.run_id}:${row.number}`,
    first_seen: toIso(row.first_seen),
    last_seen: toIso(row.last_seen),
    count: row.count,
    status: row.status as RefusedTransition['status'],
    reason: row.reason,
    proposed: { type: row.proposed_type as StateType, name: row.proposed_name },
    from: named(row.from_type, row.from_name),
    given: named(row.given_type, row.given_name),
  }))
}

const named = (type: string | null, name: string | null): NamedState | null =>
  type === null ? null : { type: type as StateType, name: name ?? type }

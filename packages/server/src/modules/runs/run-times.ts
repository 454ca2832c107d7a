/** What depends on the clock, as SQL. */
import type { Micros } from '@orrery/schemas'
import { type RawBuilder, sql } from 'kysely'

export type RunTable = 'flow_runs' | 'task_runs'

/** Total run time with the running stretch up to now. */
export const runTime = (table: RunTable, now: Micros): RawBuilder<number> =>
  sql`${sql.ref(`${table}.total_run_time`)} + case when ${sql.ref(`${table}.state_type`)} = 'RUNNING' then ${sql.lit(now)} - ${sql.ref(`${table}.state_timestamp`)} else 0 end`

/** How late a run started, or is by now; never negative. */
export const late = (table: RunTable, now: Micros): RawBuilder<number> => {
  const start = sql.ref(`${table}.start_time`)
  const expected = sql.ref(`${table}.expected_start_time`)
  return sql`case when ${start} > ${expected} then ${start} - ${expected} when ${start} is null and ${expected} < ${sql.lit(now)} and ${sql.ref(`${table}.state_type`)} not in ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED') then ${sql.lit(now)} - ${expected} else 0 end`
}

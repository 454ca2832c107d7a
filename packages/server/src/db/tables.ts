import type { OrchestrationTables } from './tables/orchestration.ts'

/** Every table, as Kysely sees it. JSON columns are texts, instants and durations integer microseconds. */
export interface Tables extends OrchestrationTables {}

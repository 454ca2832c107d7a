import type { ArtifactTables } from './tables/artifacts.ts'
import type { EventsModuleTables } from './tables/events.ts'
import type { IdentityTables } from './tables/identity.ts'
import type { OrchestrationTables } from './tables/orchestration.ts'
import type { RefusalTables } from './tables/refusals.ts'
import type { SavedSearchesModuleTables } from './tables/saved-searches.ts'
import type { VariablesModuleTables } from './tables/variables.ts'

/** Every table, as Kysely sees it. JSON columns are texts, instants and durations integer microseconds. */
export interface Tables
  extends OrchestrationTables,
    ArtifactTables,
    IdentityTables,
    EventsModuleTables,
    RefusalTables,
    SavedSearchesModuleTables,
    VariablesModuleTables {}

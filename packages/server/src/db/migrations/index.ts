import { orchestration } from './0001-orchestration.ts'
import { identity } from './0002-identity.ts'
import { events } from './0003-events.ts'
import { runs } from './0004-runs.ts'
import { variables } from './0005-variables.ts'
import { savedSearches } from './0006-saved-searches.ts'
import { refusals } from './0007-refusals.ts'
import { lateRuns } from './0008-late-runs.ts'
import { artifacts } from './0009-artifacts.ts'
import type { Migration } from './migration.ts'

/** Every migration in order. Forward only: a landed one is never edited. */
export const migrations: readonly Migration[] = [
  orchestration,
  identity,
  events,
  runs,
  variables,
  savedSearches,
  refusals,
  lateRuns,
  artifacts,
]

import { orchestration } from './0001-orchestration.ts'
import type { Migration } from './migration.ts'

/** Every migration in order. Forward only: a landed one is never edited. */
export const migrations: readonly Migration[] = [orchestration]

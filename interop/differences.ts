/**
 * The differences that are meant. Each has a line in docs/compatibility.md that says why, under the same name;
 * the run fails when an entry has none, and when an entry no longer matches anything.
 */
import type { Difference } from './compare.ts'

export type Allowed = { name: string; matches(difference: Difference): boolean }

export const allowed: Allowed[] = []

/**
 * The differences that are known. Each has a line in docs/compatibility.md that says why, under the same name;
 * the run fails when an entry has none, and when an entry no longer matches anything.
 */
import type { Difference } from './compare.ts'
import { type Json, objects, text } from './json.ts'

export type Allowed = { name: string; matches(difference: Difference): boolean }

const sameSet = (a: Json | undefined, b: Json | undefined): boolean => {
  const ids = (value: Json | undefined) =>
    [...new Set(objects(value).map((each) => text(each.id)))].sort().join()
  return ids(a) === ids(b)
}

export const allowed: Allowed[] = [
  {
    name: 'created-by',
    matches: ({ field, genuine, ours }) => field === 'created_by' && genuine === null && ours !== undefined,
  },
  {
    name: 'log-worker-id',
    matches: ({ record, field, genuine }) =>
      record.startsWith('log:') && field === 'worker_id' && genuine === undefined,
  },
  {
    name: 'graph-edges-once',
    matches: ({ record, field, genuine, ours }) =>
      record.startsWith('graph:') && /\.(parents|children)$/.test(field) && sameSet(genuine, ours),
  },
  {
    name: 'background-tasks',
    matches: ({ script }) => script === 'background_task',
  },
]

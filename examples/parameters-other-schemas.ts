// Any Standard Schema will do: Valibot, ArkType and others.
// prints: 3 rows
// prints: 3 rows
import { type } from 'arktype'
import { flow } from 'orrery'
import * as v from 'valibot'

const withValibot = flow(
  { name: 'with-valibot', parameters: v.object({ rows: v.optional(v.number(), 3) }) },
  async ({ rows }) => `${rows} rows`,
)
const withArkType = flow(
  { name: 'with-arktype', parameters: type({ rows: 'number = 3' }) },
  async ({ rows }) => `${rows} rows`,
)

console.log(await withValibot())
console.log(await withArkType({}))

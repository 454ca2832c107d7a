// In unit tests flows and tasks are plain functions: no server, no records, no retries.
// prints: the pipeline works
import assert from 'node:assert/strict'
import { disableTasks, flow, task } from 'orrery'

const double = task({ name: 'double', retries: 5 }, async (n: number) => n * 2)
const pipeline = flow('pipeline', async ({ values }: { values: number[] }) => double.map(values))

assert.deepEqual(await disableTasks(() => pipeline({ values: [1, 2] })), [2, 4])
// The raw function is there too.
assert.equal(await double.fn(3), 6)
console.log('the pipeline works')

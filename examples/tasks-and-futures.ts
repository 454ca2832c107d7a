// A task is a function whose every call is a task run. A call gives a future: await it for the result, or pass it on
// to make the next task depend on it.
// prints: 6
import { flow, task } from 'orrery'

const add = task('add', (a: number, b: number) => a + b)

const sums = flow('sums', async () => {
  const left = add(1, 2)
  const right = add.submit(2, 1)
  // Neither is awaited here: the third task waits for both, and the graph shows it.
  return add(left, right)
})

console.log(await sums())

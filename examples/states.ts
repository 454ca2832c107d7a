// A run ends in a state: completed with what is returned, failed with what is thrown, or the state that you return.
// prints: Completed: nothing to do
// prints: Failed: Task run encountered an exception Error: no such file
// prints: 1/2 states failed.
import { flow, states, task } from 'orrery'

const skip = task('skip', () => states.completed({ message: 'nothing to do' }))
const read = task('read', (): string => {
  throw new Error('no such file')
})

await flow('looking-at-states', async () => {
  for (const future of [skip(), read()]) {
    // Looking at the state instead of awaiting the future: nothing is thrown.
    const { name, message } = await future.asState()
    console.log(`${name}: ${message}`)
  }
})()

// Futures that are returned decide together.
const both = await flow('returning-futures', () => [skip(), read()])().asState()
console.log(both.message)

// A task that fails is tried again: after delays, a little scattered, and only when that makes sense.
// prints: worked at attempt 3
import { exponentialBackoff, flow, runtime, task } from 'orrery'

class Overloaded extends Error {
  override name = 'Overloaded'
}

const call = task(
  {
    name: 'call-api',
    retries: 4,
    retryDelay: exponentialBackoff(0.05),
    retryJitter: 0.5,
    retryIf: (error) => error instanceof Overloaded,
  },
  async () => {
    const attempt = runtime.taskRun.runCount
    if (attempt < 3) throw new Overloaded(`attempt ${attempt}`)
    return `worked at attempt ${attempt}`
  },
)

console.log(await flow('with-retries', async () => call())())

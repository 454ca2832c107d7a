// A flow that fails runs again as a whole, by the server's rule. Tasks with a cached result are not repeated.
// prints: attempt 2, loaded once
import { cachePolicies, flow, runtime, task } from 'orrery'

let loads = 0
const load = task({ name: 'load', cachePolicy: cachePolicies.RUN_ID }, async () => {
  loads++
  return 42
})

const fragile = flow({ name: 'fragile', retries: 2, retryDelay: 0 }, async () => {
  await load()
  if (runtime.flowRun.runCount < 2) throw new Error('the first attempt fails')
  return `attempt ${runtime.flowRun.runCount}, loaded ${loads === 1 ? 'once' : 'again'}`
})

console.log(await fragile())

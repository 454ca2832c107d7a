// Submitted tasks run as many at a time as the flow's runner has workers.
// prints: at most 2 at a time
import { setTimeout as sleep } from 'node:timers/promises'
import { ConcurrentTaskRunner, flow, task } from 'orrery'

let running = 0
let most = 0
const work = task('work', async (_n: number) => {
  most = Math.max(most, ++running)
  await sleep(20)
  running--
})

await flow({ name: 'concurrency', taskRunner: new ConcurrentTaskRunner({ maxWorkers: 2 }) }, async () => {
  await work.map([1, 2, 3, 4, 5, 6])
})()
console.log(`at most ${most} at a time`)

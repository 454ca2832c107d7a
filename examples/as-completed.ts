// Results in the order in which the runs end.
// prints: fast slow
import { setTimeout as sleep } from 'node:timers/promises'
import { asCompleted, flow, task } from 'orrery'

const wait = task('wait', async (name: string, millis: number) => {
  await sleep(millis)
  return name
})

await flow('as-completed', async () => {
  const order: string[] = []
  for await (const { state } of asCompleted([wait('slow', 200), wait('fast', 1)]))
    order.push(await state.result())
  console.log(order.join(' '))
})()

// Work that takes too long fails as TimedOut; work whose signal aborts is Cancelled. Pass the run's own signal on, and
// whatever listens to it stops too.
// prints: TimedOut
// prints: Cancelled
import { setTimeout as sleep } from 'node:timers/promises'
import { flow, getRunSignal, task } from 'orrery'

const slow = task({ name: 'slow', timeout: '100ms' }, async () =>
  sleep(60_000, undefined, { signal: getRunSignal() }),
)
const endless = task('endless', async () => sleep(60_000, undefined, { signal: getRunSignal() }))

const impatient = flow('impatient', async () => {
  console.log((await slow().asState()).name)
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 100)
  console.log((await endless.with({ signal: controller.signal })().asState()).name)
})

await impatient()

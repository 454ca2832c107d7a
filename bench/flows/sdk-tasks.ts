/** The TypeScript half of bench/sdk.ts: trivial tasks in one flow, timed inside the flow. */
import { flow, task } from '@orrery/sdk'

const [mode = 'sequential', countText = '1000'] = process.argv.slice(2)
const count = Number(countText)
const add = task('add', (a: number, b: number) => a + b)
const heap: number[] = []

/** Megabytes that are really held: run with --expose-gc. */
async function sampleHeap(): Promise<void> {
  const gc = (globalThis as { gc?: () => void }).gc
  if (!gc) return
  await new Promise((resolve) => setTimeout(resolve, 20))
  gc()
  heap.push(process.memoryUsage().heapUsed / 1e6)
}

const bench = flow('bench', async () => {
  const since = performance.now()
  if (mode === 'submitted') {
    await Promise.all(Array.from({ length: count }, (_, n) => add.submit(n, 1)))
  } else {
    for (let n = 0; n < count; n++) {
      await add(n, 1)
      if (n % 20_000 === 10_000) await sampleHeap()
    }
  }
  return (performance.now() - since) / 1000
})

const since = performance.now()
const before = process.cpuUsage()
const inside = await bench()
// Unlike the clock, the processor's time does not depend on what else the machine does.
const used = process.cpuUsage(before)
const cpu = (used.user + used.system) / 1e6
console.log(JSON.stringify({ inside, cpu, whole: (performance.now() - since) / 1000, heap }))

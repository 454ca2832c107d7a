// The TypeScript half of the twins: twins.py is the same program in Python.
import {
  allowFailure,
  cachePolicies,
  flow,
  getRunLogger,
  states,
  task,
  unmapped,
  withTags,
} from '../index.ts'

const extract = task({ name: 'extract', taskRunName: 'extract {url}' }, (url: string, page: number) => ({
  url,
  page,
  rows: [1, 2],
}))
const score = task(
  { name: 'score', taskRunName: 'score {w}', tags: ['scoring'] },
  (r: { rows: number[] }, w: number) => r.rows.length * w,
)
const attempts = { flaky: 0, flow: 0 }
const flaky = task({ name: 'flaky', retries: 2, retryDelay: [0.1, 0.2], retryJitter: 0.5 }, () => {
  if (++attempts.flaky < 2) throw new Error('not yet')
  return attempts.flaky
})
const hopeless = task({ name: 'hopeless', retries: 1 }, () => {
  throw new Error('never')
})
const broken = task('broken', (): number => {
  throw new Error('broken on purpose')
})
const listing = task('listing', () => [[1000], [2000]])
const after = task('after', (x: unknown) => x)
const cached = task(
  { name: 'cached', cachePolicy: cachePolicies.INPUTS, cacheExpiration: '1h' },
  (x: number) => ({ x }),
)
const slow = task({ name: 'slow', timeout: 0.2 }, () => new Promise((resolve) => setTimeout(resolve, 1000)))
const returnsFailed = task('returns_failed', () => states.failed({ message: 'said so' }))
const inner = task('inner', () => 1)
const outer = task('outer', () => inner())
const subFlow = flow(
  { name: 'sub-flow', flowRunName: 'sub-{n}' },
  async ({ n }: { n: number }) => (await extract('http://sub', n)).page,
)

const twin = flow(
  { name: 'twin', logPrints: true, retries: 1 },
  async ({ urls, weight = 2 }: { urls: string[]; weight?: number }) => {
    getRunLogger().info('hello from the twin')
    console.log('a printed line')
    const extracted = extract.map(urls, unmapped(1))
    await extracted.wait()
    const scores = score.map(extracted, [weight, 3])
    await scores.wait()
    const f = flaky.submit()
    await f
    await hopeless.submit().wait()
    const b = broken.submit()
    await b.wait()
    await after.submit(b).wait()
    await after.submit(allowFailure(b)).wait()
    await cached(7)
    await cached(7)
    await slow().wait()
    await returnsFailed().wait()
    await outer()
    await withTags(['ambient'], () =>
      after
        .with({ waitFor: [f] })
        .submit(3)
        .wait(),
    )
    // An awaited object is known by its identity: the dependency is recorded although no future is passed.
    await after(await listing())
    await subFlow({ n: 5 })
    const total = (await scores).reduce((sum, one) => sum + one, 0)
    return states.completed({ message: `total ${total}` })
  },
)

const twinRetried = flow({ name: 'twin-retried', retries: 2, retryDelay: 1 }, async () => {
  attempts.flow++
  await after(attempts.flow)
  if (attempts.flow === 1) throw new Error('first attempt fails')
  return attempts.flow
})

const twinFailing = flow('twin-failing', async () => {
  await broken()
})

const twinAggregate = flow('twin-aggregate', () => [after.submit(1), broken.submit()])

const twinPersisted = flow({ name: 'twin-persisted', persistResult: true }, async () => ({
  kept: [await after(1), 'text'],
}))

const twinTimeout = flow(
  { name: 'twin-timeout', timeout: 0.3 },
  () => new Promise((resolve) => setTimeout(resolve, 3000)),
)

// The default is in the signature, which only Python can read: here the caller gives it.
await twin({ urls: ['a', 'b'], weight: 2 })
await twinRetried()
await twinFailing().wait()
await twinAggregate().wait()
await twinPersisted()
await twinTimeout().wait()
process.exitCode = 0

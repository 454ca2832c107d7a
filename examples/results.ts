// A persisted result is a JSON file that Python reads too; the state says where it is.
// prints: written by orders-2026
// prints: { total: 2, when: 2026-01-02T03:04:05.000Z }
import { readFile } from 'node:fs/promises'
import { flow, task } from 'orrery'

const orders = task(
  { name: 'orders', persistResult: true, resultStorageKey: 'orders-{parameters.year}' },
  async (year: number) => ({ total: 2, when: new Date(Date.UTC(year, 0, 2, 3, 4, 5)) }),
)

await flow('results', async () => {
  const future = orders(2026)
  const result = await future
  const { data } = future.state
  const file = 'metadata' in data ? data.metadata?.storage_key : undefined
  const record = JSON.parse(await readFile(file ?? '', 'utf8')) as { metadata: { storage_key: string } }
  console.log(`written by ${record.metadata.storage_key.split('/').at(-1)}`)
  console.log(result)
})()

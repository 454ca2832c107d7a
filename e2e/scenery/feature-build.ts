// A flow of the TypeScript SDK: features per entity, a table of them, and a model that reads it.
import { setTimeout as sleep } from 'node:timers/promises'
import { flow, getRunLogger, task } from 'orrery'

const read = task({ name: 'read', taskRunName: 'read {table}' }, async (table: string) => {
  await sleep(120)
  getRunLogger().info(`${table}: 12,408 rows`)
  return { table, rows: 12_408 }
})
const features = task(
  { name: 'features', taskRunName: 'features {entity}', retries: 1 },
  async (entity: string, source: { rows: number }) => {
    await sleep(150 + entity.length * 20)
    return { entity, columns: source.rows / entity.length }
  },
)
const train = task({ name: 'train' }, async (columns: { columns: number }[]) => {
  await sleep(400)
  return columns.length
})

const build = flow({ name: 'feature-build', flowRunName: 'quiet-heron' }, async () => {
  const orders = await read('orders')
  const columns = await Promise.all(
    ['customer', 'product', 'store', 'week'].map((each) => features(each, orders)),
  )
  return await train(columns)
})

await build()

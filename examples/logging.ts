// Lines of a run's logger, and of console where that is asked for, go to the terminal and to the run's page.
// prints: done
import { flow, getRunLogger, task } from 'orrery'

const load = task({ name: 'load', logPrints: true }, async () => {
  getRunLogger().info('loading', { rows: 3 })
  console.warn('this is a warning of the task run')
})

const logging = flow('logging', async (_input: object, { logger }) => {
  logger.info('the flow says hello')
  await load()
})

await logging({})
console.log('done')

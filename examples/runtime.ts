// What the code can know about the run around it.
// prints: report-2026 task describe with 2026, attempt 1
import { flow, runtime, task } from 'orrery'

const describe = task('describe', async (year: number) => {
  const { flowRun, taskRun } = runtime
  return `${flowRun.name} task ${taskRun.taskName} with ${taskRun.parameters.year ?? year}, attempt ${taskRun.runCount}`
})

const report = flow({ name: 'report', flowRunName: 'report-{year}' }, async ({ year }: { year: number }) =>
  describe(year),
)

console.log(await report({ year: 2026 }))

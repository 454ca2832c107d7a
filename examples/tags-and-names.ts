// Tags and names make runs easy to find.
// prints: [ 'nightly', 'sales' ] sum 2+3
import { flow, runtime, task, withTags } from 'orrery'

const sum = task(
  { name: 'sum', taskRunName: 'sum {a}+{b}', tags: ['sales'] },
  async (a: number, b: number) => {
    void (a + b)
    return { tags: [...runtime.taskRun.tags].sort(), name: runtime.taskRun.name }
  },
)

await flow('tags-and-names', async () => {
  const { tags, name } = await withTags(['nightly'], () => sum(2, 3))
  console.log(tags, name)
})()

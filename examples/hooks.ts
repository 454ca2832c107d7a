// Functions that are called when a run enters a state.
// prints: flow hooks is Running
// prints: task notify failed: Task run encountered an exception Error: no network
// prints: flow hooks is Completed
import { type FlowHook, flow, task } from 'orrery'

const notify = task(
  {
    name: 'notify',
    onFailure: (own, _run, state) => console.log(`task ${own.name} failed: ${state.message}`),
  },
  async () => {
    throw new Error('no network')
  },
)
const tell: FlowHook = (own, _run, state) => console.log(`flow ${own.name} is ${state.name}`)

await flow({ name: 'hooks', onRunning: tell, onCompletion: tell }, async () => {
  await notify().wait()
})()

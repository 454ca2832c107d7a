// A flow called inside a flow is a run of its own, and a node in its parent's graph.
// prints: [ 'north: 3', 'south: 3' ]
import { flow, task } from 'orrery'

const measure = task('measure', async (region: string) => region.length - 2)

const region = flow(
  { name: 'region', flowRunName: 'region-{name}' },
  async ({ name }: { name: string }) => `${name}: ${await measure(name)}`,
)

const survey = flow('survey', async () => Promise.all([region({ name: 'north' }), region({ name: 'south' })]))

console.log(await survey())

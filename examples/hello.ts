// A flow is a function with a name. Calling it makes a flow run.
// prints: Hello, world!
import { flow } from 'orrery'

const hello = flow('hello', async ({ name = 'world' }: { name?: string }) => `Hello, ${name}!`)

console.log(await hello())

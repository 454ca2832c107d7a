// With a cache policy the second call takes the first one's result, in this run and in later ones.
// prints: computed
// prints: 144 144 Cached
import { cachePolicies, flow, task } from 'orrery'

// A new salt for each start, so that this example computes once each time.
const salt = Date.now()
const square = task(
  { name: 'square', cachePolicy: cachePolicies.INPUTS, cacheExpiration: '1h' },
  async (x: number, _salt: number) => {
    console.log('computed')
    return x * x
  },
)

await flow('caching', async () => {
  const first = await square(12, salt)
  const again = square(12, salt)
  console.log(first, await again, again.state.name)
})()

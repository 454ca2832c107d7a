// A schema checks a flow's input, fills in defaults and gives the types: here Zod.
// prints: 2 urls, weight 1
// prints: Validation of flow parameters failed with error: weight: Invalid input: expected number, received string.
import { flow, ParameterValidationError } from 'orrery'
import { z } from 'zod'

const etl = flow(
  {
    name: 'etl',
    parameters: z.object({ urls: z.array(z.url()), weight: z.number().default(1) }),
  },
  async ({ urls, weight }) => `${urls.length} urls, weight ${weight}`,
)

console.log(await etl({ urls: ['https://example.com/a', 'https://example.com/b'] }))

try {
  await etl({ urls: [], weight: 'heavy' as unknown as number })
} catch (error) {
  if (error instanceof ParameterValidationError) console.log(error.message.split(' Change')[0])
}

// A task whose upstream failed does not run, unless it says that it can cope.
// prints: not ready
// prints: used the default because: the sensor is offline
import { allowFailure, flow, task, UpstreamTaskError } from 'orrery'

const readSensor = task('read-sensor', async (): Promise<number> => {
  throw new Error('the sensor is offline')
})
const double = task('double', (value: number) => value * 2)
const withDefault = task('with-default', (value: number | Error) =>
  value instanceof Error ? `used the default because: ${value.message}` : `measured ${value}`,
)

await flow('failures', async () => {
  const reading = readSensor.submit()
  try {
    await double(reading)
  } catch (error) {
    if (error instanceof UpstreamTaskError) console.log('not ready')
  }
  console.log(await withDefault(allowFailure(reading)))
})()

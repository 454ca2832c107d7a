// The flow of `npm run demo`: a night at an observatory. Maps, retries, a branch that fails and is coped with, a
// sub-flow, and a last task that everything leads to.
import { setTimeout as sleep } from 'node:timers/promises'
import { allowFailure, flow, getRunLogger, task, unmapped } from 'orrery'

const PLANETS = ['Mercury', 'Venus', 'Earth', 'Mars', 'Jupiter', 'Saturn', 'Uranus', 'Neptune']
// Days around the sun.
const YEARS: Record<string, number> = {
  ...{ Mercury: 88, Venus: 225, Earth: 365, Mars: 687 },
  ...{ Jupiter: 4333, Saturn: 10_759, Uranus: 30_687, Neptune: 60_190 },
}

const openDome = task({ name: 'open-dome', taskRunName: 'open-dome' }, async () => {
  await sleep(300)
  return { seeing: 'good', aperture: 1.2 }
})

const calibrate = task(
  { name: 'calibrate', taskRunName: 'calibrate {filter}' },
  async (filter: string, _dome: { aperture: number }) => {
    await sleep(150 + filter.length * 50)
    return { filter, offset: filter.length }
  },
)

const focus = task({ name: 'focus', taskRunName: 'focus' }, async (calibrations: { offset: number }[]) => {
  await sleep(200)
  return { aperture: 1.2, offset: calibrations.reduce((sum, each) => sum + each.offset, 0) }
})

const listPlanets = task(
  { name: 'list-planets', taskRunName: 'list-planets' },
  async (_dome: { seeing: string }) => {
    await sleep(200)
    return PLANETS
  },
)

const clouds = new Set(['Venus', 'Saturn'])

const observe = task(
  { name: 'observe', taskRunName: 'observe {planet}', tags: ['telescope'], retries: 2, retryDelay: '400ms' },
  async (planet: string, telescope: { aperture: number }) => {
    await sleep(250 + planet.length * 60)
    if (clouds.delete(planet)) throw new Error(`a cloud hides ${planet}`)
    getRunLogger().info(`${planet} is in sight`)
    return { planet, period: YEARS[planet] ?? 0, light: telescope.aperture * planet.length }
  },
)

type Observation = Awaited<ReturnType<typeof observe.fn>>

const fitOrbit = task(
  {
    name: 'fit-orbit',
    taskRunName: ({ observation }) => `fit-orbit ${(observation as Observation).planet}`,
  },
  async (observation: Observation) => {
    const { planet, period } = observation
    await sleep(150 + (period % 7) * 40)
    // Kepler's third law, in astronomical units.
    return { planet, axis: Math.cbrt((period / 365.25) ** 2) }
  },
)

const readSpectrum = task(
  { name: 'read-spectrum', taskRunName: 'read-spectrum', retries: 1, retryDelay: '300ms' },
  async (_dome: { aperture: number }): Promise<number[]> => {
    await sleep(350)
    throw new Error('the spectrograph does not answer')
  },
)

const chooseSpectrum = task(
  { name: 'choose-spectrum', taskRunName: 'choose-spectrum' },
  async (measured: number[] | Error) => {
    await sleep(100)
    if (!(measured instanceof Error)) return measured
    getRunLogger().warning(`${measured.message}: using the archive's spectrum`)
    return [0.31, 0.62, 0.18]
  },
)

const drawChart = task(
  { name: 'draw-chart', taskRunName: 'draw-chart {kind}' },
  async (kind: string, orbits: unknown[]) => {
    await sleep(200 + kind.length * 25)
    return `${kind} of ${orbits.length} orbits`
  },
)

const bind = task({ name: 'bind-pages', taskRunName: 'bind-pages' }, async (pages: string[]) => {
  await sleep(200)
  return pages.join(', ')
})

const almanac = flow(
  { name: 'almanac', flowRunName: 'almanac of the night' },
  async ({ orbits }: { orbits: { planet: string; axis: number }[] }) =>
    bind(await drawChart.map(['diagram', 'table', 'poster'], unmapped(orbits))),
)

const publish = task(
  { name: 'publish', taskRunName: 'publish' },
  async (pages: string, spectrum: number[]) => {
    await sleep(250)
    getRunLogger().info(`Published: ${pages}; ${spectrum.length} lines of the spectrum`)
    return pages
  },
)

const night = flow(
  { name: 'night-at-the-observatory', tags: ['demo'] },
  async ({ place }: { place: string }, { flowRun, logger }) => {
    process.send?.({ flowRunId: flowRun.id })
    logger.info(`Good evening from ${place}`)
    const dome = openDome.submit()
    const spectrum = chooseSpectrum.submit(allowFailure(readSpectrum.submit(dome)))
    const telescope = focus.submit(await calibrate.map(['red', 'green', 'blue'], unmapped(dome)))
    const planets = await listPlanets.submit(dome)
    const observations = observe.map(planets, unmapped(telescope))
    const orbits = await fitOrbit.map(observations)
    const pages = almanac({ orbits })
    return publish(pages, spectrum)
  },
)

await night({ place: 'Uraniborg' })

/**
 * npm run bench: the genuine Prefect server and ours under the same load on the same machine, as ratios.
 *
 *   --only a,b         creation, states, events, logs, mixed, rest, after, generator (default: all)
 *   --db x             sqlite, postgres (default: both)
 *   --connections 1,4  connection counts of creation and states
 *   --seconds n        of each measurement (default 5)
 *   --skip-genuine     ours alone
 *   --genuine-cache    take the genuine server's figures from the last run where there are any
 *   --profile          a V8 CPU profile of our server for each part, in .cache/bench/profiles, and its hottest functions
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prefectVersion, repository, setUp } from '../interop/genuine.ts'
import { startPostgres } from '../interop/postgres.ts'
import {
  afterMany,
  connectionCounts,
  creation,
  events,
  type Figure,
  type Figures,
  generatorAlone,
  logs,
  mixed,
  type PartOptions,
  startAndRest,
  states,
} from './parts.ts'
import { hottest } from './profile.ts'
import { type Database, type Installation, install, open, type Subject, type SubjectName } from './subject.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'generator,rest,creation,states,events,logs,mixed,after' },
    db: { type: 'string', default: 'sqlite,postgres' },
    connections: { type: 'string', default: connectionCounts.join(',') },
    seconds: { type: 'string', default: '5' },
    'skip-genuine': { type: 'boolean', default: false },
    'genuine-cache': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
})

const only = options.only.split(',')
const partOptions = {
  seconds: Number(options.seconds),
  connections: options.connections.split(',').map(Number),
}
const cache = join(repository, '.cache', 'bench')
mkdirSync(cache, { recursive: true })

const loads: Record<string, (subject: Subject, options: PartOptions) => Promise<Figures>> = {
  creation,
  states,
  events,
  logs,
  mixed,
}
/** Which kept figures belong to a part. */
const titles: Record<string, RegExp> = {
  rest: /start to healthy|at rest/,
  creation: /creation/,
  states: /^state changes/,
  events: /until readable/,
  logs: /^log/,
  mixed: /p95$/,
  after: /^a (trivial )?flow/,
}

/** Each part has a fresh installation: one part's rows and queues do not slow the next. */
async function measure(part: string, installation: Installation): Promise<Figures> {
  if (part === 'rest') return startAndRest(installation)
  const subject = await open(installation)
  try {
    const work = loads[part]
    return work ? await work(subject, partOptions) : await afterMany(subject, installation)
  } finally {
    await subject.stop()
  }
}

async function figuresOf(name: SubjectName, database: Database, part: string): Promise<Figures> {
  const file = join(cache, `${name}-${database}.json`)
  const known: Figures = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Figures) : {}
  const kept = Object.entries(known).filter(([title]) => titles[part]?.test(title))
  if (name === 'genuine' && options['genuine-cache'] && kept.length > 0) return Object.fromEntries(kept)
  const profileTo =
    name === 'ours' && options.profile ? join(cache, 'profiles', `${part}-${database}`) : undefined
  if (profileTo) rmSync(profileTo, { recursive: true, force: true })
  process.stderr.write(`${name} on ${database}: ${part}\n`)
  try {
    const figures = await measure(part, await install(name, database, root, postgres, profileTo))
    writeFileSync(file, JSON.stringify({ ...known, ...figures }, null, 2))
    if (profileTo) process.stderr.write(hottest(profileTo))
    return figures
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`${name} on ${database}: ${part} failed: ${reason}\n`)
    process.exitCode = 1
    return {}
  }
}

function show(figure: Figure | undefined): string {
  if (!figure) return '–'
  const digits = figure.value >= 100 ? 0 : figure.value >= 10 ? 1 : 2
  const value = figure.value.toLocaleString('en', {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  })
  return figure.unit === '/s' ? `${value}/s` : `${value} ${figure.unit}`
}

function table(database: Database, genuine: Figures, ours: Figures): string {
  const rows = [...new Set([...Object.keys(genuine), ...Object.keys(ours)])].map((title) => {
    const a = genuine[title]
    const b = ours[title]
    const ratio = a && b ? (b.higher ? b.value / a.value : a.value / b.value) : Number.NaN
    const notes = [a?.note ? `genuine: ${a.note}` : '', b?.note ? `ours: ${b.note}` : '']
      .filter(Boolean)
      .join('; ')
    return `| ${title} | ${show(a)} | ${show(b)} | ${Number.isFinite(ratio) ? `${ratio.toFixed(1)}×` : '–'} | ${notes} |`
  })
  return [
    `\n### ${database}\n`,
    '| | genuine | ours | better by | |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

const databases = options.db.split(',') as Database[]
const root = mkdtempSync(join(tmpdir(), 'orrery-bench-'))
if (!options['skip-genuine']) await setUp()
const postgres = databases.includes('postgres') ? await startPostgres() : undefined
try {
  const machine = `${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} before the run`
  process.stdout.write(`${machine}, Node ${process.version}, genuine Prefect ${prefectVersion}\n`)
  if (only.includes('generator')) {
    for (const [title, figure] of Object.entries(await generatorAlone(partOptions))) {
      process.stdout.write(`${title}: ${show(figure)}\n`)
    }
  }
  for (const database of databases) {
    const genuine: Figures = {}
    const ours: Figures = {}
    // Part by part, one server right after the other: whatever else the machine does then falls on both.
    for (const part of Object.keys(titles).filter((each) => only.includes(each))) {
      if (!options['skip-genuine']) Object.assign(genuine, await figuresOf('genuine', database, part))
      Object.assign(ours, await figuresOf('ours', database, part))
    }
    process.stdout.write(table(database, genuine, ours))
  }
} finally {
  await postgres?.stop()
  rmSync(root, { recursive: true, force: true })
}
process.exit()

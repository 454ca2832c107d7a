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
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repository, setUp } from '../interop/genuine.ts'
import { type Postgres, startPostgres } from '../interop/postgres.ts'
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
  startAndRest,
  states,
} from './parts.ts'
import { hottest } from './profile.ts'
import { type Database, install, open, type Subject, type SubjectName } from './subject.ts'

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

const loads = { creation, states, events, logs, mixed }

/** Each part has a fresh installation: one part's rows and queues do not slow the next. */
async function measure(
  name: SubjectName,
  database: Database,
  root: string,
  postgres?: Postgres,
): Promise<Figures> {
  const file = join(cache, `${name}-${database}.json`)
  const known: Figures = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Figures) : {}
  const figures: Figures = {}
  const keep = (more: Figures) => {
    Object.assign(figures, more)
    writeFileSync(file, JSON.stringify({ ...known, ...figures }, null, 2))
  }
  const reuse = (prefix: RegExp): boolean => {
    const found = Object.entries(known).filter(([title]) => prefix.test(title))
    if (name !== 'genuine' || !options['genuine-cache'] || found.length === 0) return false
    Object.assign(figures, Object.fromEntries(found))
    return true
  }
  const tried = async (part: string, prefix: RegExp, work: (profileTo?: string) => Promise<Figures>) => {
    if (!only.includes(part) || reuse(prefix)) return
    const profileTo =
      name === 'ours' && options.profile ? join(cache, 'profiles', `${part}-${database}`) : undefined
    if (profileTo) rmSync(profileTo, { recursive: true, force: true })
    process.stderr.write(`${name} on ${database}: ${part}\n`)
    try {
      keep(await work(profileTo))
      if (profileTo) process.stderr.write(hottest(profileTo))
    } catch (error) {
      process.stderr.write(
        `${name} on ${database}: ${part} failed: ${error instanceof Error ? error.message : error}\n`,
      )
      process.exitCode = 1
    }
  }
  const opened = async (profileTo: string | undefined, work: (subject: Subject) => Promise<Figures>) => {
    const subject = await open(await install(name, database, root, postgres, profileTo))
    try {
      return await work(subject)
    } finally {
      await subject.stop()
    }
  }

  await tried('rest', /start to healthy|at rest/, async () =>
    startAndRest(await install(name, database, root, postgres)),
  )
  const prefixes = {
    creation: /creation/,
    states: /^state changes/,
    events: /until readable/,
    logs: /^log/,
    mixed: /p95$/,
  }
  for (const [part, work] of Object.entries(loads)) {
    await tried(part, prefixes[part as keyof typeof loads], (profileTo) =>
      opened(profileTo, (subject) => work(subject, partOptions)),
    )
  }
  await tried('after', /^a (trivial )?flow/, async (profileTo) => {
    const installation = await install(name, database, root, postgres, profileTo)
    const subject = await open(installation)
    try {
      return await afterMany(subject, installation)
    } finally {
      await subject.stop()
    }
  })
  return figures
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
  process.stdout.write(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, genuine Prefect 3.9.1\n`,
  )
  if (only.includes('generator')) {
    for (const [title, figure] of Object.entries(await generatorAlone(partOptions))) {
      process.stdout.write(`${title}: ${show(figure)}\n`)
    }
  }
  for (const database of databases) {
    const genuine = options['skip-genuine'] ? {} : await measure('genuine', database, root, postgres)
    const ours = await measure('ours', database, root, postgres)
    process.stdout.write(table(database, genuine, ours))
  }
} finally {
  await postgres?.stop()
  rmSync(root, { recursive: true, force: true })
}
process.exit()

/**
 * npm run test:interop: the same unmodified Python scripts against the genuine server and ours, and what both recorded
 * compared record by record; then the Python command line against ours. One closing line, exit 1 on a failure.
 *
 *   --only a,b        some scripts of interop/flows
 *   --self-test       the genuine server against itself: whatever differs is the harness's own noise
 *   --targets x,y     cloud (on SQLite), local (on PostgreSQL), cli (default: all)
 *   --genuine-cache   take what the genuine server recorded before, for scripts that have not changed since
 *   --recompare       compare what was captured before, without running anything
 *   --keep            leave the normalised records in .cache/interop
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Capture, capture, hashOf, listScripts, normaliseCapture } from './capture.ts'
import { checkCommandLine, checkCommonCommands } from './command-line.ts'
import { compare, type Difference, describe } from './compare.ts'
import { allowed } from './differences.ts'
import { prefectVersion, repository, setUp, startGenuine } from './genuine.ts'
import { type Json, parseJson } from './json.ts'
import type { Normalised } from './normalise.ts'
import { withOurs } from './ours.ts'
import { startPostgres } from './postgres.ts'
import { seededDifferences } from './seeded.ts'
import type { Target } from './target.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    targets: { type: 'string', default: 'cloud,local,cli' },
    'self-test': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    'genuine-cache': { type: 'boolean', default: false },
    recompare: { type: 'boolean', default: false },
  },
})

let passed = 0
let failed = 0
const used = new Set<string>()

function report(ok: boolean, title: string, details: string[] = []): void {
  if (ok) passed++
  else failed++
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${title}\n`)
  for (const detail of details) process.stdout.write(`    ${detail}\n`)
}

function reportComparison(name: string, genuine: Capture[], ours: Capture[]): void {
  const all: Difference[] = []
  for (const expected of genuine) {
    const found = ours.find((each) => each.script === expected.script)
    if (!found) continue
    const left = normaliseCapture(expected)
    const right = normaliseCapture(found)
    if (options.keep) {
      keepNormalised('genuine', expected.script, left)
      keepNormalised(name.split(' ')[0] ?? name, expected.script, right)
    }
    const differences = compare(expected.script, left, right)
    const unexplained = differences.filter((difference) => !isAllowed(difference))
    all.push(...unexplained)
    const meant = differences.length - unexplained.length
    const outcome = unexplained.length === 0 ? 'equal' : `${unexplained.length} differences`
    report(
      unexplained.length === 0,
      `${name}: ${expected.script}: ${left.size} records, ${outcome}${meant > 0 ? `, ${meant} that are known` : ''}`,
    )
  }
  for (const line of summarise(all)) process.stdout.write(`  ${line}\n`)
}

function isAllowed(difference: Difference): boolean {
  const entry = allowed.find((each) => each.matches(difference))
  if (entry) used.add(entry.name)
  return entry !== undefined
}

/** The first of each field: a wrong column shows in every script otherwise. */
function summarise(differences: Difference[]): string[] {
  const groups = new Map<string, Difference[]>()
  for (const difference of differences) {
    const key = `${difference.record.split(':')[0]} ${difference.field.replace(/\[\d+\]/g, '[]')} ${kindOf(difference)}`
    const group = groups.get(key)
    if (group) group.push(difference)
    else groups.set(key, [difference])
  }
  return [...groups.values()].map((group) => {
    const scripts = new Set(group.map((each) => each.script))
    const more = group.length === 1 ? '' : `\n      (${group.length} times in ${scripts.size} scripts)`
    return `${describe(group[0] as Difference)}${more}`
  })
}

function kindOf({ genuine, ours }: Difference): string {
  const kind = (value: Json | undefined) =>
    value === undefined ? 'absent' : value === null ? 'null' : 'a value'
  return `${kind(genuine)} ${kind(ours)}`
}

async function withGenuine<T>(name: string, use: (target: Target) => Promise<T>): Promise<T> {
  // The genuine server streams no logs unless it is told to.
  const settings = {
    PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED: 'true',
    PREFECT_SERVER_LOGS_STREAM_PUBLISHING_ENABLED: 'true',
  }
  const home = mkdtempSync(join(tmpdir(), `orrery-${name}-`))
  const server = await startGenuine({ home, settings })
  try {
    return await use({
      name,
      apiUrl: server.apiUrl,
      headers: {},
      settings: { PREFECT_API_URL: server.apiUrl },
    })
  } finally {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

function keepNormalised(target: string, script: string, normalised: Normalised): void {
  const folder = join(repository, '.cache', 'interop', target)
  mkdirSync(folder, { recursive: true })
  const sorted = Object.fromEntries([...normalised.entries()].sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(join(folder, `${script}.json`), `${JSON.stringify(sorted, null, 2)}\n`)
}

/** Captures are kept: of the genuine server to save its time, of ours to compare again without a run. */
async function capturedOrKept(
  name: string,
  scripts: string[],
  reuse: boolean,
  captureThem: (scripts: string[]) => Promise<Capture[]>,
): Promise<Capture[]> {
  const file = join(repository, '.cache', 'interop', `${name}.json`)
  const kept = existsSync(file) ? (parseJson(readFileSync(file, 'utf8')) as unknown as Capture[]) : []
  const usable = kept.filter((each) =>
    scripts.some((script) => script === `${each.script}.py` && hashOf(script) === each.hash),
  )
  const found = reuse ? usable : []
  const missing = scripts.filter((script) => !found.some((each) => `${each.script}.py` === script))
  const fresh = missing.length > 0 ? await captureThem(missing) : []
  const others = kept.filter((each) => !fresh.some((one) => one.script === each.script))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify([...others, ...fresh]))
  return [...found, ...fresh].sort((a, b) => (a.script < b.script ? -1 : 1))
}

async function main(): Promise<void> {
  await setUp()
  const scripts = listScripts(options.only?.split(','))
  const captureGenuine = (name: string, which = scripts) =>
    withGenuine(name, (target) => capture(target, which, 8))

  if (options['self-test']) {
    const [one, two] = await Promise.all([captureGenuine('genuine'), captureGenuine('genuine again')])
    reportComparison('genuine again', one, two)
    reportSeeded(one)
    await withGenuine('genuine', (target) => checkCommonCommands(report, target))
    return
  }
  const targets = (options.targets ?? '').split(',')
  // Our two modes on our two databases in two runs: what could differ between databases does not depend on the mode.
  const postgres = targets.includes('local') ? await startPostgres() : undefined
  try {
    const databaseUrl = await postgres?.createDatabase('interop')
    const again = options.recompare
    const ofOurs = (mode: 'cloud' | 'local', url?: string) =>
      capturedOrKept(mode, scripts, again, (missing) =>
        withOurs(mode, url, (target) => capture(target, missing, 1)),
      )
    const [genuine, cloud, local] = await Promise.all([
      capturedOrKept(`genuine-${prefectVersion}`, scripts, again || options['genuine-cache'], (missing) =>
        captureGenuine('genuine', missing),
      ),
      targets.includes('cloud') ? ofOurs('cloud') : [],
      targets.includes('local') ? ofOurs('local', databaseUrl) : [],
    ])
    reportSeeded(genuine)
    reportComparison('cloud mode on SQLite', genuine, cloud)
    reportComparison('local mode on PostgreSQL', genuine, local)
  } finally {
    await postgres?.stop()
  }
  if (targets.includes('cli')) await checkCommandLine(report)
  if (!options.only && targets.includes('cloud') && targets.includes('local')) checkAllowances()
}

function reportSeeded(captures: Capture[]): void {
  for (const { title, found } of seededDifferences(captures)) report(found, `the comparison sees ${title}`)
}

function checkAllowances(): void {
  const documentation = readFileSync(join(repository, 'docs', 'compatibility.md'), 'utf8')
  for (const { name } of allowed) {
    if (!documentation.includes(`\`${name}\``))
      report(false, `docs/compatibility.md does not explain ${name}`)
    if (!used.has(name)) report(false, `the allowed difference ${name} no longer occurs: remove it`)
  }
}

try {
  await main()
} catch (error) {
  report(false, `the run itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
}
process.stdout.write(`interop: ${passed} passed, ${failed} failed\n`)
process.exit(failed > 0 ? 1 : 0)

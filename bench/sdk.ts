/**
 * node --conditions=@orrery/source bench/sdk.ts: the SDK's engine beside the Python engine, in one run on one machine.
 *
 *   --tasks n    of the engine figures (default 1000)
 *   --many n     tasks of the big flow (default 10000)
 *   --memory n   tasks of the memory figure (default 100000; 0 leaves it out)
 *   --skip-python, --skip-genuine
 *
 * The targets are 0.3 ms a task, 10,000 recorded tasks in 5 s, an import in 100 ms, flat memory.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prefectEnvironment, repository, startGenuine, venv } from '../interop/genuine.ts'
import { startOurs } from '../interop/ours.ts'
import { run, sleep } from '../interop/process.ts'

const { values: options } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000' },
    many: { type: 'string', default: '10000' },
    memory: { type: 'string', default: '100000' },
    'skip-python': { type: 'boolean', default: false },
    'skip-genuine': { type: 'boolean', default: false },
  },
})
const tasks = Number(options.tasks)
const many = Number(options.many)
const root = mkdtempSync(join(tmpdir(), 'orrery-bench-sdk-'))
const rows: [string, string, string][] = []

interface Timed {
  readonly inside: number
  /** Processor seconds of the engine's process, everything included. */
  readonly cpu: number
  readonly whole: number
  readonly heap: readonly number[]
}

async function engine(
  language: 'python' | 'typescript',
  apiUrl: string,
  mode: string,
  count: number,
  flags: string[] = [],
): Promise<Timed> {
  const env = { ...prefectEnvironment(join(root, language)), PREFECT_API_URL: apiUrl }
  const [command, args] =
    language === 'python'
      ? [join(venv, 'bin/python'), [join(repository, 'bench/flows/sdk_tasks.py')]]
      : [
          process.execPath,
          [...flags, '--conditions=@orrery/source', join(repository, 'bench/flows/sdk-tasks.ts')],
        ]
  const answer = await run(command, [...args, mode, String(count)], { env, timeoutSeconds: 900 })
  if (answer.code !== 0) throw new Error(`the ${language} engine failed: ${answer.stderr.slice(-2000)}`)
  return JSON.parse(answer.stdout.trim().split('\n').at(-1) ?? '') as Timed
}

const millis = (seconds: number, count: number) => `${((seconds * 1000) / count).toFixed(3)} ms`
const perTask = ({ inside, cpu }: Timed, count: number) =>
  `${millis(inside, count)} (processor ${millis(cpu, count)})`

/** Processor seconds that a process has used. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

/** Milliseconds to import, best of five: load of the machine only adds. */
async function importTime(command: string, args: string[]): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    const { stdout } = await run(command, args, { env: process.env })
    times.push(Number(stdout.trim()))
  }
  return Math.min(...times)
}

/** The packages as they are published: plain JavaScript, without the cost of stripping types. */
function publishedSdk(): string {
  const out = join(repository, '.cache', 'bench-sdk')
  rmSync(out, { recursive: true, force: true })
  const copy = (from: string, to: string) => {
    mkdirSync(to, { recursive: true })
    for (const name of readdirSync(from)) {
      const path = join(from, name)
      if (statSync(path).isDirectory()) copy(path, join(to, name))
      else if (name.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(name)) {
        const code = stripTypeScriptTypes(readFileSync(path, 'utf8'))
          .replace(/((?:from |import\()'\.[^']*)\.ts'/g, "$1.js'")
          .replace(
            /from '@orrery\/(\w+)(?:\/(\w+))?'/g,
            (_all, name, part = 'index') => `from '${out}/${name}/${part}.js'`,
          )
        writeFileSync(join(to, name.replace(/\.ts$/, '.js')), code)
      }
    }
  }
  for (const name of ['schemas', 'client', 'sdk'])
    copy(join(repository, 'packages', name, 'src'), join(out, name))
  writeFileSync(join(out, 'package.json'), '{"type":"module"}')
  return join(out, 'sdk/index.js')
}

async function count(apiUrl: string, path: string, body: unknown): Promise<number> {
  const answer = await fetch(apiUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return Number(await answer.text())
}

const COMPLETED = { task_runs: { state: { type: { any_: ['COMPLETED'] } } } }

/** The genuine server records events long after it has taken them; the next figure must not pay for that. */
async function settled(apiUrl: string): Promise<void> {
  for (let before = -1, now = 0; before !== now; ) {
    before = now
    await sleep(5000)
    now = await count(apiUrl, '/task_runs/count', {})
  }
}

console.error(`load before: ${loadavg()[0]?.toFixed(2)}`)
try {
  const probe = `const t = performance.now(); await import('${publishedSdk()}'); console.log(performance.now() - t)`
  const ours = await importTime(process.execPath, ['--input-type=module', '-e', probe])
  const python = options['skip-python']
    ? Number.NaN
    : await importTime(join(venv, 'bin/python'), [
        '-c',
        'import time; t = time.perf_counter(); import prefect; from prefect import flow, task; print((time.perf_counter() - t) * 1000)',
      ])
  rows.push(['import', `${ours.toFixed(0)} ms`, Number.isNaN(python) ? '' : `${python.toFixed(0)} ms`])

  if (!options['skip-genuine']) {
    const genuine = await startGenuine({ home: join(root, 'genuine') })
    try {
      for (const mode of ['sequential', 'submitted']) {
        const typescript = await engine('typescript', genuine.apiUrl, mode, tasks)
        await settled(genuine.apiUrl)
        const twin = options['skip-python'] ? undefined : await engine('python', genuine.apiUrl, mode, tasks)
        await settled(genuine.apiUrl)
        rows.push([
          `a task, ${mode}, ${tasks} in a flow, genuine server`,
          perTask(typescript, tasks),
          twin ? perTask(twin, tasks) : '',
        ])
      }
    } finally {
      await genuine.stop()
    }
  }

  const server = await startOurs({ home: join(root, 'ours'), local: true })
  try {
    for (const mode of ['sequential', 'submitted']) {
      const typescript = await engine('typescript', server.apiUrl, mode, tasks)
      const twin = options['skip-python'] ? undefined : await engine('python', server.apiUrl, mode, tasks)
      rows.push([
        `a task, ${mode}, ${tasks} in a flow, our server`,
        perTask(typescript, tasks),
        twin ? perTask(twin, tasks) : '',
      ])
    }
    for (const mode of ['sequential', 'submitted']) {
      const before = await count(server.apiUrl, '/task_runs/count', COMPLETED)
      const since = performance.now()
      const serverBefore = cpuOf(server.pid)
      const { whole, cpu } = await engine('typescript', server.apiUrl, mode, many)
      while ((await count(server.apiUrl, '/task_runs/count', COMPLETED)) < before + many) await sleep(20)
      const readable = (performance.now() - since) / 1000
      rows.push([
        `${many} tasks in a flow, ${mode}, every run and state confirmed`,
        `${whole.toFixed(2)} s (process and read back: ${readable.toFixed(2)} s; processor: engine ${cpu.toFixed(2)} s, server ${(cpuOf(server.pid) - serverBefore).toFixed(2)} s)`,
        '',
      ])
    }
    const big = Number(options.memory)
    if (big > 0) {
      const { heap, inside } = await engine('typescript', server.apiUrl, 'sequential', big, ['--expose-gc'])
      const spread = `${Math.min(...heap).toFixed(0)} to ${Math.max(...heap).toFixed(0)} MB`
      rows.push([
        `heap over ${big} tasks, after collection`,
        `${spread} (last ${heap.at(-1)?.toFixed(0)} MB, ${millis(inside, big)} a task)`,
        '',
      ])
    }
  } finally {
    await server.stop()
  }
} finally {
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
}
console.error(`load after: ${loadavg()[0]?.toFixed(2)}`)
console.log('| figure | TypeScript | Python |\n|---|---|---|')
for (const row of rows) console.log(`| ${row.join(' | ')} |`)

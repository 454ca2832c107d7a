/** The parts of the bench: each drives one subject and returns figures by name. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prefectEnvironment, repository, venv } from '../interop/genuine.ts'
import { isObject, parseJson, text } from '../interop/json.ts'
import { run, sleep } from '../interop/process.ts'
import { request } from '../interop/target.ts'
import type { EventJob, EventResult, HttpJob } from './generator.ts'
import type { LoadResult } from './http-load.ts'
import { createFlow, createFlowRun, eventsUrl, type Installation, open, type Subject } from './subject.ts'

export type Figure = {
  value: number
  unit: '/s' | 'ms' | 's' | 'MB' | '%'
  /** Whether a bigger value is better. */
  higher: boolean
  note?: string
}
export type Figures = Record<string, Figure>

export const connectionCounts = [1, 4, 8, 16, 64, 256]

export type PartOptions = { seconds: number; connections: number[] }

async function generate<R>(job: HttpJob | EventJob): Promise<R> {
  const answer = await run(
    process.execPath,
    ['--conditions=@orrery/source', join(repository, 'bench', 'generator.ts')],
    { env: process.env, input: JSON.stringify(job), timeoutSeconds: 600 },
  )
  if (answer.code !== 0) throw new Error(`the generator failed: ${answer.stderr}`)
  return JSON.parse(answer.stdout) as R
}

function httpJob(subject: Subject, job: Omit<HttpJob, 'apiUrl' | 'headers'>): HttpJob {
  return { ...job, apiUrl: subject.target.apiUrl, headers: subject.target.headers }
}

function rate(result: LoadResult): Figure {
  const refused = Object.entries(result.refused).map(([status, count]) => `${count}× ${status}`)
  // Nothing answered leaves no latency.
  const p95 = result.ok > 0 ? [`p95 ${result.latency.p95.toFixed(1)} ms`] : []
  const notes = [...p95, ...refused]
  return { value: result.perSecond, unit: '/s', higher: true, note: notes.join(', ') }
}

/** An overloaded server works off what is queued first; the next figure must not pay for it, within limits. */
async function settle(subject: Subject): Promise<void> {
  const deadline = performance.now() + 20_000
  for (let quick = 0; quick < 3 && performance.now() < deadline; ) {
    const since = performance.now()
    const answered = await fetch(`${subject.target.apiUrl}/flow_runs/count`, {
      method: 'POST',
      headers: { ...subject.target.headers, 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(3000),
    }).then(
      (answer) => answer.ok,
      () => false,
    )
    quick = answered && performance.now() - since < 200 ? quick + 1 : 0
    await sleep(quick > 0 ? 50 : 500)
  }
}

export async function creation(subject: Subject, options: PartOptions): Promise<Figures> {
  const flow = await createFlow(subject)
  const figures: Figures = {}
  for (const connections of options.connections) {
    const result = await generate<LoadResult>(
      httpJob(subject, {
        kind: 'create',
        connections,
        warmupSeconds: 1,
        seconds: options.seconds,
        flowId: flow.id,
      }),
    )
    figures[`flow-run creation, ${connections} connections`] = rate(result)
    await settle(subject)
  }
  return figures
}

export async function states(subject: Subject, options: PartOptions): Promise<Figures> {
  const flow = await createFlow(subject)
  const flowRunIds = await createRuns(subject, flow.id, Math.max(...options.connections))
  const figures: Figures = {}
  for (const connections of options.connections) {
    const result = await generate<LoadResult>(
      httpJob(subject, {
        kind: 'states',
        connections,
        warmupSeconds: 1,
        seconds: options.seconds,
        flowRunIds,
      }),
    )
    figures[`state changes, ${connections} connections`] = rate(result)
    await settle(subject)
  }
  return figures
}

async function createRuns(subject: Subject, flowId: string, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) ids.push(text((await createFlowRun(subject, flowId)).id))
  return ids
}

export async function logs(subject: Subject, options: PartOptions): Promise<Figures> {
  const flow = await createFlow(subject)
  const flowRunIds = await createRuns(subject, flow.id, 1)
  const figures: Figures = {}
  for (const connections of [1, 4]) {
    const batch = 200
    const result = await generate<LoadResult>(
      httpJob(subject, {
        kind: 'logs',
        connections,
        warmupSeconds: 1,
        seconds: options.seconds,
        flowRunIds,
        batch,
      }),
    )
    const figure = rate(result)
    figures[`log lines, ${connections} connections`] = { ...figure, value: figure.value * batch }
    await settle(subject)
  }
  return figures
}

async function eventJob(subject: Subject, taskRuns: number, eventsPerSecond?: number): Promise<EventJob> {
  const flow = await createFlow(subject)
  const flowRun = await createFlowRun(subject, flow.id)
  return {
    kind: 'events',
    url: eventsUrl(subject),
    headers: subject.name === 'ours' ? subject.target.headers : {},
    subprotocol: subject.name === 'genuine',
    flowRun: { id: text(flowRun.id), name: text(flowRun.name), flowId: flow.id, flowName: flow.name },
    taskRuns,
    connections: 4,
    ...(eventsPerSecond ? { rate: eventsPerSecond } : {}),
  }
}

async function completedTaskRuns(subject: Subject, flowRunId: string): Promise<number> {
  const count = await request(subject.target, 'POST', '/task_runs/count', {
    flow_runs: { id: { any_: [flowRunId] } },
    task_runs: { state: { type: { any_: ['COMPLETED'] } } },
  })
  return Number(count)
}

async function storedEvents(subject: Subject, since: string): Promise<number> {
  const page = await request(subject.target, 'POST', '/events/filter', {
    filter: { event: { prefix: ['prefect.task-run.'] }, occurred: { since } },
    limit: 1,
  })
  return isObject(page) ? Number(page.total) : 0
}

/** Until every task run reads COMPLETED and every event is found: what a user can see, not what was taken in. */
export async function events(subject: Subject, options: PartOptions): Promise<Figures> {
  const taskRuns = subject.name === 'genuine' ? 100 * options.seconds : 4_000 * options.seconds
  const since = new Date(Date.now() - 1000).toISOString()
  const before = await storedEvents(subject, since)
  const job = await eventJob(subject, taskRuns)
  const sending = generate<EventResult>(job)
  const deadline = Date.now() + 180_000
  let readableAt = 0
  while (Date.now() < deadline && readableAt === 0) {
    await sleep(100)
    if ((await completedTaskRuns(subject, job.flowRun.id)) < taskRuns) continue
    if ((await storedEvents(subject, since)) - before >= taskRuns * 3) readableAt = Date.now()
  }
  const { firstSentAt, lastAnsweredAt } = await sending
  if (readableAt === 0) {
    const completed = await completedTaskRuns(subject, job.flowRun.id)
    throw new Error(`${subject.name}: only ${completed} of ${taskRuns} task runs are readable after 180 s`)
  }
  const seconds = (readableAt - firstSentAt) / 1000
  const note = `${taskRuns * 3} events, last ping answered after ${((lastAnsweredAt - firstSentAt) / 1000).toFixed(1)} s`
  return {
    'task-run events until readable': { value: (taskRuns * 3) / seconds, unit: '/s', higher: true, note },
  }
}

/** State changes at a steady 50 a second while 2,000 events a second arrive. */
export async function mixed(subject: Subject, options: PartOptions): Promise<Figures> {
  const flow = await createFlow(subject)
  const flowRunIds = await createRuns(subject, flow.id, 8)
  const seconds = Math.max(options.seconds, 8)
  const job = await eventJob(subject, Math.ceil((2000 * (seconds + 3)) / 3), 2000)
  const sending = generate<EventResult>(job).catch(() => undefined)
  await sleep(1000)
  const result = await generate<LoadResult>(
    httpJob(subject, { kind: 'states', connections: 8, warmupSeconds: 1, seconds, rate: 50, flowRunIds }),
  )
  await sending
  if (result.ok === 0) throw new Error('no state change was answered')
  const { p50, p95, p99 } = result.latency
  const refused = Object.entries(result.refused).map(([status, count]) => `, ${count}× ${status}`)
  const note = `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms, ${result.ok} answers${refused.join('')}`
  return { 'state change at 2,000 events/s, p95': { value: p95, unit: 'ms', higher: false, note } }
}

/** Sum over the server's process and its children. */
function usage(pid: number): { megabytes: number; cpuSeconds: number } {
  let megabytes = 0
  let cpuSeconds = 0
  for (const each of [pid, ...descendants(pid)]) {
    try {
      const status = readFileSync(`/proc/${each}/status`, 'utf8')
      megabytes += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
      const fields = readFileSync(`/proc/${each}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      cpuSeconds += (Number(fields[11]) + Number(fields[12])) / 100
    } catch {
      // Gone between the listing and the reading.
    }
  }
  return { megabytes, cpuSeconds }
}

function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
        return [{ pid: Number(name), parent: Number(fields[1]) }]
      } catch {
        return []
      }
    })
  const children = parents.filter((each) => each.parent === pid).map((each) => each.pid)
  return children.flatMap((child) => [child, ...descendants(child)])
}

/** Start, first and second time, and what it takes when nothing happens. */
export async function startAndRest(installation: Installation): Promise<Figures> {
  const first = await open(installation)
  await sleep(2000)
  await first.stop()
  const second = await open(installation)
  await sleep(15_000)
  const before = usage(second.pid)
  const seconds = 15
  await sleep(seconds * 1000)
  const after = usage(second.pid)
  await second.stop()
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100
  return {
    'start to healthy, first time': { value: first.startedIn / 1000, unit: 's', higher: false },
    'start to healthy, second time': { value: second.startedIn / 1000, unit: 's', higher: false },
    'memory at rest': { value: after.megabytes, unit: 'MB', higher: false },
    'CPU at rest': { value: cpu, unit: '%', higher: false, note: 'of one core' },
  }
}

/** The unmodified Python client, so its own time is in the figures of both. */
export async function afterMany(subject: Subject, installation: Installation): Promise<Figures> {
  const answer = await run(
    join(venv, 'bin', 'python'),
    [join(repository, 'bench', 'flows', 'after_many.py')],
    {
      env: prefectEnvironment(join(installation.home, 'client'), {
        ...subject.target.settings,
        PREFECT_LOGGING_LEVEL: 'ERROR',
      }),
      timeoutSeconds: 600,
    },
  )
  const printed = answer.code === 0 ? parseJson(answer.stdout) : null
  if (!isObject(printed)) throw new Error(`after_many.py failed: ${answer.stderr.slice(-1000)}`)
  return {
    'a trivial flow run': { value: Number(printed.at_rest), unit: 's', higher: false },
    'a flow of 1,400 tasks': { value: Number(printed.many), unit: 's', higher: false },
    'a trivial flow run right after it': { value: Number(printed.after_many), unit: 's', higher: false },
  }
}

/** What the generator itself can do against a server that only answers: it must not be what limits the others. */
export async function generatorAlone(options: PartOptions): Promise<Figures> {
  const trivial = await startTrivial()
  try {
    const figures: Figures = {}
    for (const connections of options.connections) {
      const result = await generate<LoadResult>({
        ...{ kind: 'create', apiUrl: trivial.url, headers: {}, connections, warmupSeconds: 1 },
        ...{ seconds: 2, flowId: '00000000-0000-7000-8000-000000000000' },
      })
      figures[`the generator alone, ${connections} connections`] = rate(result)
    }
    return figures
  } finally {
    trivial.stop()
  }
}

async function startTrivial(): Promise<{ url: string; stop(): void }> {
  const { Worker } = await import('node:worker_threads')
  const worker = new Worker(
    `const { createServer } = require('node:http'); const { parentPort } = require('node:worker_threads')
     const server = createServer((request, response) => {
       request.resume().on('end', () => { response.writeHead(201, { 'content-length': 2 }); response.end('{}') })
     })
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`,
    { eval: true },
  )
  const port = await new Promise<number>((resolve) => worker.once('message', resolve))
  return { url: `http://127.0.0.1:${port}/api`, stop: () => void worker.terminate() }
}

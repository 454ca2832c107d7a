/** The load of the crash test and its memory of what was acknowledged. */
import { newId, toIso } from '@orrery/schemas'
import type WebSocket from 'ws'
import { taskRunEvents } from '../bench/event-load.ts'
import { isObject, type Json, type JsonObject, objects, text } from './json.ts'
import { sleep } from './process.ts'
import { listAll, request, type Target } from './target.ts'

const httpWorkers = 4
const logWorkers = 2
const sockets = 2
/** The client pings every 700 events; more checkpoints make more chances to be wrong. */
const eventsPerPing = 30

/** Everything acknowledged between two kills. Logs and events hang on a flow run of their own, to be found again. */
type Round = {
  flowId: string
  carrier: { id: string; name: string }
  /** Idempotency key to run id. */
  runs: Map<string, string>
  /** Run id to the transition ids that were answered, in order. */
  transitions: Map<string, string[]>
  /** Messages by POST: stored all or none; acknowledged ones stored. */
  logs: { messages: string[]; acknowledged: boolean }[]
  events: Map<string, boolean>
  taskRuns: Map<string, string[]>
}

export class CrashLoad {
  private round!: Round
  private readonly rounds: Round[] = []
  private running = false
  private workers: Promise<void>[] = []
  private readonly target: Target
  private readonly connect: () => Promise<WebSocket>

  constructor(target: Target, connect: () => Promise<WebSocket>) {
    this.target = target
    this.connect = connect
  }

  async newRound(): Promise<Round> {
    const flow = await this.insist('POST', '/flows/', { name: 'crash' })
    const flowId = isObject(flow) ? text(flow.id) : ''
    const run = await this.insist('POST', '/flow_runs/', {
      flow_id: flowId,
      state: { type: 'PENDING' },
    })
    if (!isObject(run)) throw new Error('no flow run')
    const carrier = { id: text(run.id), name: text(run.name) }
    const collections = {
      runs: new Map(),
      transitions: new Map(),
      logs: [],
      events: new Map(),
      taskRuns: new Map(),
    }
    return { flowId, carrier, ...collections }
  }

  start(round: Round): void {
    this.round = round
    this.rounds.push(round)
    this.running = true
    this.workers = [
      ...Array.from({ length: httpWorkers }, () => this.driveRuns()),
      ...Array.from({ length: logWorkers }, () => this.driveLogs()),
      ...Array.from({ length: sockets }, () => this.driveEvents()),
    ]
  }

  /** Lets what is under way come to its answer. */
  async drain(): Promise<void> {
    this.running = false
    await Promise.all(this.workers)
  }

  /** Repeats until the server answers, as the client does for a request whose outcome it does not know. */
  private async insist(method: string, path: string, body: unknown): Promise<Json> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await request(this.target, method, path, body)
      } catch (error) {
        const refused = error instanceof Error && /answered [1-4]\d\d/.test(error.message)
        if (refused || attempt > 600) throw error
        await sleep(100)
      }
    }
  }

  private async driveRuns(): Promise<void> {
    const { round } = this
    while (this.running) {
      const key = newId()
      const run = await this.insist('POST', '/flow_runs/', {
        flow_id: round.flowId,
        idempotency_key: key,
        state: { type: 'PENDING' },
      })
      const id = isObject(run) ? text(run.id) : ''
      round.runs.set(key, id)
      round.transitions.set(id, [])
      for (const type of ['RUNNING', 'COMPLETED', 'RUNNING', 'FAILED']) {
        const transition = newId()
        const answer = await this.insist('POST', `/flow_runs/${id}/set_state`, {
          state: { type, state_details: { transition_id: transition } },
        })
        // A repeated transition is rejected with the state that the first one stored: the same outcome.
        const state = isObject(answer) && isObject(answer.state) ? answer.state : {}
        const details = isObject(state.state_details) ? state.state_details : {}
        if (details.transition_id !== transition)
          throw new Error(`set_state ${type} answered ${JSON.stringify(answer)}`)
        round.transitions.get(id)?.push(transition)
        if (!this.running) return
      }
    }
  }

  private async driveLogs(): Promise<void> {
    const { round } = this
    while (this.running) {
      const messages = Array.from({ length: 20 }, () => newId())
      const batch = { messages, acknowledged: false }
      round.logs.push(batch)
      const rows = messages.map((message) => ({
        ...{ name: 'crash', level: 20, message, timestamp: toIso(Date.now() * 1000) },
        flow_run_id: round.carrier.id,
      }))
      try {
        await request(this.target, 'POST', '/logs/', rows)
        batch.acknowledged = true
      } catch {
        if (!this.running) return
        await sleep(20)
      }
    }
  }

  private async driveEvents(): Promise<void> {
    const { round } = this
    // Sent and not yet covered by a pong, oldest first; what a reconnect sends again.
    let unconfirmed: { id: string; frame: string }[] = []
    while (this.running || unconfirmed.length > 0) {
      try {
        const socket = await this.connect()
        await new Promise<void>((resolve) => {
          let closed = false
          const checkpoints: number[] = []
          socket.on('error', () => {})
          socket.on('close', () => {
            closed = true
            resolve()
          })
          socket.on('pong', () => {
            for (const { id } of unconfirmed.splice(0, checkpoints.shift() ?? 0)) round.events.set(id, true)
            if (!this.running && unconfirmed.length === 0) socket.close()
          })
          const ping = (count: number) => {
            checkpoints.push(count)
            socket.ping()
          }
          const work = async () => {
            for (const { frame } of unconfirmed) socket.send(frame)
            if (unconfirmed.length > 0) ping(unconfirmed.length)
            while (this.running && !closed) {
              const fresh = this.makeEvents(round, eventsPerPing / 3)
              unconfirmed.push(...fresh)
              for (const { frame } of fresh) socket.send(frame)
              ping(fresh.length)
              while (checkpoints.length > 3 && !closed) await sleep(1)
              await sleep(1)
            }
            if (!closed && unconfirmed.length === 0) socket.close()
          }
          void work()
        })
        unconfirmed = [...unconfirmed]
      } catch {
        await sleep(50)
      }
    }
  }

  private makeEvents(round: Round, taskRuns: number): { id: string; frame: string }[] {
    return Array.from({ length: taskRuns }, () => {
      const id = newId()
      const flowRun = { ...round.carrier, flowId: round.flowId, flowName: 'crash' }
      const frames = taskRunEvents({ flowRun }, id, 0).map((frame) => ({
        id: JSON.parse(frame).id as string,
        frame,
      }))
      round.taskRuns.set(
        id,
        frames.map((each) => each.id),
      )
      for (const each of frames) round.events.set(each.id, false)
      return frames
    }).flat()
  }

  /** Problems of the last round. */
  verify(): Promise<string[]> {
    return this.verifyRound(this.round)
  }

  async verifyEverything(): Promise<string[]> {
    const problems: string[] = []
    for (const [index, round] of this.rounds.entries()) {
      problems.push(
        ...(await this.verifyRound(round)).map((problem) => `in the end, round ${index + 1}: ${problem}`),
      )
    }
    return problems
  }

  private async verifyRound(round: Round): Promise<string[]> {
    return [
      ...(await this.verifyRuns(round)),
      ...(await this.verifyStates(round)),
      ...(await this.verifyLogs(round)),
      ...(await this.verifyEvents(round)),
      ...(await this.verifyTaskRuns(round)),
    ]
  }

  private async verifyRuns(round: Round): Promise<string[]> {
    const found = await listAll(this.target, '/flow_runs/filter', {
      flow_runs: { idempotency_key: { any_: [...round.runs.keys()] } },
    })
    const byKey = group(found, (run) => text(run.idempotency_key))
    return [...round.runs].flatMap(([key, id]) => {
      const runs = byKey.get(key) ?? []
      return runs.length === 1 && runs[0]?.id === id
        ? []
        : [`flow run ${id}: ${runs.length} times under its key`]
    })
  }

  private async verifyStates(round: Round): Promise<string[]> {
    const problems: string[] = []
    for (const [id, transitions] of round.transitions) {
      const states = objects(await request(this.target, 'GET', `/flow_run_states/?flow_run_id=${id}`))
      const counts = new Map<string, number>()
      for (const state of states) {
        const details = isObject(state.state_details) ? state.state_details : {}
        const transition = text(details.transition_id)
        if (transition) counts.set(transition, (counts.get(transition) ?? 0) + 1)
      }
      for (const transition of transitions) {
        const count = counts.get(transition) ?? 0
        if (count !== 1) problems.push(`state of ${id} with transition ${transition}: ${count} times`)
      }
      if (states.length !== transitions.length + 1) {
        problems.push(`flow run ${id} has ${states.length} states after ${transitions.length} transitions`)
      }
    }
    return problems
  }

  private async verifyLogs(round: Round): Promise<string[]> {
    const found = await listAll(this.target, '/logs/filter', {
      logs: { flow_run_id: { any_: [round.carrier.id] } },
      sort: 'TIMESTAMP_ASC',
    })
    const byMessage = group(found, (log) => text(log.message))
    return round.logs.flatMap(({ messages, acknowledged }) => {
      const counts = messages.map((message) => byMessage.get(message)?.length ?? 0)
      const complete = counts.every((count) => count === 1)
      const none = counts.every((count) => count === 0)
      if (complete || (none && !acknowledged)) return []
      return [`${acknowledged ? 'acknowledged' : 'unanswered'} log batch is stored as ${counts.join(',')}`]
    })
  }

  private async verifyEvents(round: Round): Promise<string[]> {
    const found: JsonObject[] = []
    const related = [{ id: [`prefect.flow-run.${round.carrier.id}`] }]
    const filter = { event: { prefix: ['prefect.task-run.'] }, related, order: 'ASC' }
    let page = await request(this.target, 'POST', '/events/filter', { filter, limit: 50 })
    while (isObject(page)) {
      found.push(...objects(page.events))
      if (typeof page.next_page !== 'string') break
      page = await request(this.target, 'GET', page.next_page)
    }
    const byId = group(found, (event) => text(event.id))
    const lost = [...round.events].filter(([id, acknowledged]) => acknowledged && !byId.has(id)).length
    const twice = [...byId.values()].filter((events) => events.length > 1).length
    return [
      ...(lost > 0 ? [`${lost} of ${round.events.size} acknowledged events are lost`] : []),
      ...(twice > 0 ? [`${twice} events are stored twice`] : []),
    ]
  }

  private async verifyTaskRuns(round: Round): Promise<string[]> {
    const expected = [...round.taskRuns].filter(([, events]) => events.every((id) => round.events.get(id)))
    const found = await listAll(this.target, '/task_runs/filter', {
      task_runs: { flow_run_id: { any_: [round.carrier.id] } },
    })
    const byId = group(found, (run) => text(run.id))
    const wrong = expected.filter(([id]) => {
      const runs = byId.get(id) ?? []
      return runs.length !== 1 || runs[0]?.state_type !== 'COMPLETED' || runs[0]?.run_count !== 1
    })
    const problems =
      wrong.length > 0 ? [`${wrong.length} of ${expected.length} task runs are not as their events say`] : []
    // The states of a sample: one request each.
    for (const [id, events] of expected.slice(0, 20)) {
      const states = objects(await request(this.target, 'GET', `/task_run_states/?task_run_id=${id}`))
      const ids = states.map((state) => text(state.id)).sort()
      if (ids.join() !== [...events].sort().join())
        problems.push(`task run ${id} has ${states.length} states, not 3`)
    }
    return problems
  }

  acknowledged(): string {
    const sum = (count: (round: Round) => number) =>
      this.rounds.reduce((total, round) => total + count(round), 0)
    return [
      `${sum((round) => round.runs.size)} flow runs`,
      `${sum((round) => [...round.transitions.values()].flat().length)} states`,
      `${sum((round) => round.logs.filter((batch) => batch.acknowledged).length * 20)} log lines`,
      `${sum((round) => [...round.events.values()].filter(Boolean).length)} events acknowledged`,
    ].join(', ')
  }
}

function group<T>(items: T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}

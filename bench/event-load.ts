/** Task-run events as the Python client sends them over `/events/in`, made before the clock starts. */
import { newId, toIso } from '@orrery/schemas'
import WebSocket from 'ws'

export type EventLoad = {
  url: string
  headers: Record<string, string>
  /** The stock server speaks the subprotocol `prefect` and wants an auth message; the Cloud form authorises by header. */
  subprotocol: boolean
  flowRun: { id: string; name: string; flowId: string; flowName: string }
  taskRuns: number
  connections: number
  /** Events per second over all connections; absent = as fast as the socket takes them. */
  rate?: number
}

/** Pending, Running, Completed. */
export const eventsPerTaskRun = 3

export function makeEvents(load: EventLoad): string[][] {
  const lists: string[][] = Array.from({ length: load.connections }, () => [])
  for (let index = 0; index < load.taskRuns; index++) {
    const list = lists[index % load.connections] as string[]
    list.push(...taskRunEvents(load, newId(), index))
  }
  return lists
}

/** Pending, Running and Completed of one task run, as frames. */
export function taskRunEvents(load: Pick<EventLoad, 'flowRun'>, id: string, index: number): string[] {
  const begin = Date.now() * 1000
  const name = `bench-${index}`
  const states = [
    { id: newId(), type: 'PENDING', name: 'Pending', at: begin },
    { id: newId(), type: 'RUNNING', name: 'Running', at: begin + 1000 },
    { id: newId(), type: 'COMPLETED', name: 'Completed', at: begin + 2000 },
  ]
  return states.map((state, position) => {
    const before = states[position - 1]
    const details = {
      flow_run_id: load.flowRun.id,
      task_run_id: id,
      deferred: false,
      untrackable_result: false,
    }
    return JSON.stringify({
      occurred: toIso(state.at),
      event: `prefect.task-run.${state.name}`,
      resource: {
        'prefect.resource.id': `prefect.task-run.${id}`,
        'prefect.resource.name': name,
        'prefect.run-count': position === 0 ? '0' : '1',
        'prefect.state-message': '',
        'prefect.state-type': state.type,
        'prefect.state-name': state.name,
        'prefect.state-timestamp': toIso(state.at),
        'prefect.orchestration': 'client',
      },
      related: [
        {
          'prefect.resource.id': `prefect.flow-run.${load.flowRun.id}`,
          'prefect.resource.role': 'flow-run',
          'prefect.resource.name': load.flowRun.name,
        },
        {
          'prefect.resource.id': `prefect.flow.${load.flowRun.flowId}`,
          'prefect.resource.role': 'flow',
          'prefect.resource.name': load.flowRun.flowName,
        },
      ],
      payload: {
        intended: { from: before?.type ?? null, to: state.type },
        initial_state: before
          ? { type: before.type, name: before.name, message: '', state_details: details }
          : null,
        validated_state: {
          type: state.type,
          name: state.name,
          message: '',
          state_details: details,
          data: null,
        },
        task_run: {
          name,
          task_key: 'bench-0001',
          dynamic_key: id,
          empirical_policy: { max_retries: 0, retry_delay_seconds: 0.0, retries: 0, retry_delay: 0 },
          tags: [],
          labels: { 'prefect.flow.id': load.flowRun.flowId, 'prefect.flow-run.id': load.flowRun.id },
          task_inputs: { x: [] },
          run_count: position === 0 ? 0 : 1,
          flow_run_run_count: position === 0 ? 0 : 1,
          expected_start_time: toIso(begin),
          ...(position > 0 ? { start_time: toIso(begin + 1000) } : {}),
          ...(position > 1 ? { end_time: toIso(state.at), total_run_time: 0.001 } : {}),
        },
      },
      ...(before ? { follows: before.id } : {}),
      id: state.id,
    })
  })
}

/** Opens a socket that has been let in. */
export async function openEventsIn(
  load: Pick<EventLoad, 'url' | 'headers' | 'subprotocol'>,
): Promise<WebSocket> {
  const socket = new WebSocket(load.url, load.subprotocol ? ['prefect'] : [], {
    headers: load.headers,
    perMessageDeflate: false,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  if (load.subprotocol) {
    const answer = new Promise<void>((resolve) => socket.once('message', () => resolve()))
    socket.send(JSON.stringify({ type: 'auth', token: null }))
    await answer
  }
  return socket
}

/** Sends everything, holding at most a few megabytes in the socket; resolves when the last frame was taken over. */
export async function sendEvents(load: EventLoad, lists: string[][]): Promise<void> {
  const begin = performance.now()
  await Promise.all(
    lists.map(async (list) => {
      const socket = await openEventsIn(load)
      const perSecond = load.rate ? load.rate / lists.length : Number.POSITIVE_INFINITY
      let sent = 0
      for (const event of list) {
        const ahead = (sent / perSecond) * 1000 - (performance.now() - begin)
        if (ahead > 5) await new Promise((resolve) => setTimeout(resolve, ahead))
        while (socket.bufferedAmount > 4_000_000) await new Promise((resolve) => setTimeout(resolve, 2))
        socket.send(event)
        sent++
      }
      // Like the client at its end: what was sent counts when the ping after it is answered.
      await new Promise<void>((resolve, reject) => {
        socket.once('pong', () => resolve())
        socket.once('close', () => reject(new Error('the socket was closed before its last checkpoint')))
        socket.ping()
      })
      socket.close()
    }),
  )
}

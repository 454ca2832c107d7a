// Why a run is as it is, in words: what failed, what that took down, or what it waits for.
import { duration, plural } from '../../lib/format.ts'
import { type GraphModel, stateAt } from '../graph/model.ts'
import { neverStarted } from '../graph/paths.ts'
import { BAD_STATES } from '../graph/states.ts'
import type { FlowRun } from './types.ts'

export interface Diagnosis {
  tone: 'failed' | 'crashed' | 'late' | 'quiet'
  /** The sentence. */
  title: string
  /** What else went wrong, or what to do. */
  more?: string
  /** What the machine said. */
  message?: string
  /** The task that explains it. */
  task?: string
}

export interface DiagnosisFacts {
  run: FlowRun
  model: GraphModel | null
  /** Messages and attempts of task runs by id, where known. */
  messages: ReadonlyMap<string, string>
  attempts: ReadonlyMap<string, number>
  /** How many characters at the end of a task's name only tell calls apart, where there is one call. */
  dim?: ReadonlyMap<string, number>
  now: number
}

const since = (iso: string | null | undefined, now: number): string =>
  iso ? duration(Math.max(0, (now - Date.parse(iso)) / 1000)) : '–'

export function diagnose(facts: DiagnosisFacts): Diagnosis | null {
  const { run, now } = facts
  const message = run.state?.message || undefined
  switch (run.state_type) {
    case 'FAILED':
    case 'CRASHED':
      return ended(facts)
    case 'SCHEDULED':
      if (run.state_name === 'Late')
        return {
          tone: 'late',
          title: `This run should have started ${since(run.expected_start_time, now)} ago, and nothing has taken it.`,
          more: run.work_pool_name
            ? `It waits in ${run.work_pool_name}${run.work_queue_name ? ` / ${run.work_queue_name}` : ''}. Start a worker: prefect worker start --pool "${run.work_pool_name}"`
            : 'No process serves its deployment. Start the one that does.',
        }
      if (run.state_name === 'AwaitingRetry')
        return { tone: 'quiet', title: `It will run again${inOrAt(run, now)}.`, ...(message && { message }) }
      if (run.state_name === 'AwaitingConcurrencySlot')
        return {
          tone: 'quiet',
          title: 'It waits for a free slot of its concurrency limit.',
          ...(message && { message }),
        }
      return { tone: 'quiet', title: `It will start${inOrAt(run, now)}.` }
    case 'PENDING': {
      const waited = run.state ? (now - Date.parse(run.state.timestamp)) / 1000 : 0
      if (waited < 60) return null
      return {
        tone: waited > 600 ? 'late' : 'quiet',
        title: `It has been pending for ${duration(waited)}: its infrastructure has not reported yet.`,
        ...(message && { message }),
      }
    }
    case 'PAUSED':
      return {
        tone: 'quiet',
        title:
          run.state_name === 'Suspended'
            ? `Suspended for ${since(run.state?.timestamp, now)}: it waits for a person and holds no worker.`
            : `Paused for ${since(run.state?.timestamp, now)}: it waits for a person and holds its worker.`,
        ...(message && { message }),
      }
    case 'CANCELLING':
      return {
        tone: 'quiet',
        title: `It was asked to stop ${since(run.state?.timestamp, now)} ago and has not confirmed yet.`,
        ...(message && { message }),
      }
    default:
      return null
  }
}

function inOrAt(run: FlowRun, now: number): string {
  const at = run.next_scheduled_start_time ?? run.state?.state_details?.scheduled_time
  if (!at) return ''
  const seconds = (Date.parse(at) - now) / 1000
  return seconds > 1 ? ` in ${duration(seconds)}` : ' any moment'
}

/** The failed task with the longest list of victims explains the run; the others are mentioned. */
function ended({ run, model, messages, attempts, dim }: DiagnosisFacts): Diagnosis {
  const tone = run.state_type === 'CRASHED' ? 'crashed' : 'failed'
  const own = run.state?.message || undefined
  const bad: { node: number; victims: number }[] = []
  if (model)
    for (let i = 0; i < model.size; i++)
      if (BAD_STATES.has(stateAt(model, i)) && model.group[i]! < 0)
        bad.push({ node: i, victims: neverStarted(model, i).length })
  bad.sort(
    (a, b) =>
      b.victims - a.victims ||
      rank(model, b.node) - rank(model, a.node) ||
      (model?.end[b.node] ?? 0) - (model?.end[a.node] ?? 0),
  )
  const first = bad[0]
  if (!model || !first)
    return {
      tone,
      title:
        tone === 'crashed'
          ? 'The run crashed: its process ended without reporting.'
          : 'The flow itself failed.',
      ...(own && { message: firstLine(own) }),
    }
  const id = model.ids[first.node]!
  const named = (node: number): string => {
    const key = dim?.get(model.ids[node]!) ?? 0
    return key ? model.labels[node]!.slice(0, -key) : model.labels[node]!
  }
  const name = named(first.node)
  const verb = { failed: 'failed', timedout: 'ran out of time', crashed: 'crashed' }[
    stateAt(model, first.node) as 'failed'
  ]
  const tries = attempts.get(id) ?? 1
  const after = tries > 1 ? ` after ${tries} attempts` : ''
  const took = first.victims ? `, so ${plural(first.victims, 'task')} never started` : ''
  const message = messages.get(id) ?? own
  return {
    tone,
    title: `${name} ${verb}${after}${took}.`,
    task: id,
    ...(message && { message: firstLine(message) }),
    ...(bad.length > 1 && { more: others(model, bad.slice(1), named) }),
  }
}

const rank = (model: GraphModel | null, node: number): number =>
  model && stateAt(model, node) === 'failed' ? 1 : 0

function others(
  model: GraphModel,
  rest: { node: number; victims: number }[],
  named: (node: number) => string,
): string {
  const harmless = rest.every((each) => each.victims === 0)
  const only = rest[0]
  const verb = only && stateAt(model, only.node) === 'crashed' ? 'crashed' : 'failed'
  const what =
    rest.length === 1 && only ? `${named(only.node)} ${verb} too` : `${rest.length} more tasks failed`
  return harmless ? `${what}; nothing depends on ${rest.length === 1 ? 'it' : 'them'}.` : `${what}.`
}

/** The line of a message that says what happened: the last of a traceback, the first of anything else. */
export function firstLine(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '')
  if (/^\s*Traceback/.test(lines[0] ?? '')) return (lines.at(-1) ?? '').trim()
  return (lines[0] ?? '').replace(/^(Flow|Task) run encountered an exception:? /, '').trim()
}

// Work over many runs: in steps, with a count, until it is done or stopped, and with a word for each that was refused.
import { ApiError } from '../../lib/api.ts'
import type { Workspace } from '../../lib/workspace.ts'
import { CANCEL, retryProposal, type StateProposal } from './actions.ts'
import type { FlowRun } from './types.ts'

export interface Named {
  id: string
  name: string
}
export interface Refused extends Named {
  reason: string
}
export interface BulkResult {
  done: number
  refused: Refused[]
  /** Runs that were not tried, because the work was stopped. */
  left: number
}
/** Does a step's runs; answers those that were refused. */
export type BulkWork<T extends Named> = (runs: T[]) => Promise<Refused[]>

/** The server is away or forbids it to everything: going on would only collect the same words. */
const hopeless = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status === 401 || error.status === 403)

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export async function runBulk<T extends Named>(
  runs: readonly T[],
  size: number,
  work: BulkWork<T>,
  { stopped, onProgress }: { stopped(): boolean; onProgress(done: number): void },
): Promise<BulkResult> {
  const refused: Refused[] = []
  let at = 0
  while (at < runs.length && !stopped()) {
    const step = runs.slice(at, at + size)
    try {
      refused.push(...(await work(step)))
      at += step.length
    } catch (error) {
      refused.push(...step.map(({ id, name }) => ({ id, name, reason: reasonOf(error) })))
      at += step.length
      if (hopeless(error)) break
    }
    onProgress(at)
  }
  return { done: at - refused.length, refused, left: runs.length - at }
}

/** One request for each run of the step, at the same time. */
export const oneByOne =
  <T extends Named>(act: (run: T) => Promise<unknown>): BulkWork<T> =>
  async (runs) => {
    const results = await Promise.allSettled(runs.map(act))
    const failed = results.flatMap((result, at) => {
      const run = runs[at]
      return result.status === 'rejected' && run ? [{ run, error: result.reason as unknown }] : []
    })
    const first = failed[0]?.error
    if (failed.length === runs.length && hopeless(first)) throw first
    return failed.map(({ run, error }) => ({ id: run.id, name: run.name, reason: reasonOf(error) }))
  }

interface OrchestrationResult {
  status: 'ACCEPT' | 'REJECT' | 'ABORT' | 'WAIT'
  details: { reason?: string | null }
}

const propose = (ws: Workspace, state: () => StateProposal): BulkWork<FlowRun> =>
  oneByOne(async (run) => {
    const { status, details } = await ws.api.post<OrchestrationResult>(`/flow_runs/${run.id}/set_state`, {
      state: state(),
      force: false,
    })
    if (status !== 'ACCEPT') throw new Error(details.reason ?? 'The server refused the new state.')
  })

export const cancelWork = (ws: Workspace): BulkWork<FlowRun> => propose(ws, () => CANCEL)
export const retryWork = (ws: Workspace): BulkWork<FlowRun> => propose(ws, () => retryProposal(Date.now()))

/** As many runs as one request of the API deletes. */
export const DELETE_STEP = 50
export const STATE_STEP = 8

export const deleteWork =
  (ws: Workspace): BulkWork<Named> =>
  async (runs) => {
    const answer = await ws.api.post<{ deleted: string[] }>('/flow_runs/bulk_delete', {
      flow_runs: { id: { any_: runs.map((run) => run.id) } },
      limit: DELETE_STEP,
    })
    const deleted = new Set(answer.deleted)
    return runs
      .filter((run) => !deleted.has(run.id))
      .map(({ id, name }) => ({ id, name, reason: 'It was deleted already.' }))
  }

/** Task runs are deleted one by one: the API has no request for many of them. */
export const deleteTaskWork = (ws: Workspace): BulkWork<Named> =>
  oneByOne((run) => ws.api.delete(`/task_runs/${run.id}`))

// What can be done to runs, and what the server says to it.
import { useQueryClient } from '@tanstack/react-query'
import { dismissToast, toast, toastError, updateToast } from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { isTerminal } from '../../lib/states.ts'
import { useWorkspace, type Workspace } from '../../lib/workspace.ts'
import { runKeys } from './queries.ts'
import type { FlowRun, TaskRun } from './types.ts'

interface OrchestrationResult {
  status: 'ACCEPT' | 'REJECT' | 'ABORT' | 'WAIT'
  details: { reason?: string | null }
  state: { type: string; name: string | null } | null
}
export interface StateProposal {
  type: string
  name?: string
  message?: string
  state_details?: { scheduled_time?: string }
}

export const CANCEL: StateProposal = { type: 'CANCELLING', name: 'Cancelling' }
export const retryProposal = (now: number): StateProposal => ({
  type: 'SCHEDULED',
  name: 'AwaitingRetry',
  message: 'Retried from the UI',
  state_details: { scheduled_time: new Date(now).toISOString() },
})

/** Why an action is not possible for a run, or null where it is. */
export function refusal(action: 'cancel' | 'retry' | 'resume', run: FlowRun): string | null {
  const ended = isTerminal(run.state_type ? { type: run.state_type } : null)
  if (action === 'cancel') {
    if (ended) return 'The run has already ended.'
    return run.state_type === 'CANCELLING' ? 'It is being cancelled already.' : null
  }
  if (action === 'resume') return run.state_type === 'PAUSED' ? null : 'The run is not paused.'
  if (!ended) return 'The run has not ended yet.'
  return run.deployment_id ? null : 'It was started by a script, not by a deployment: run the script again.'
}

async function setState(
  ws: Workspace,
  id: string,
  state: StateProposal,
  force = false,
  kind: 'flow_runs' | 'task_runs' = 'flow_runs',
): Promise<void> {
  const result = await ws.api.post<OrchestrationResult>(`/${kind}/${id}/set_state`, { state, force })
  if (result.status === 'REJECT' || result.status === 'ABORT')
    throw new Error(result.details.reason ?? 'The server refused the new state.')
}

export interface RunActions {
  cancel(runs: FlowRun[]): Promise<void>
  retry(runs: FlowRun[]): Promise<void>
  resume(run: FlowRun): Promise<void>
  remove(runs: FlowRun[]): Promise<boolean>
  changeState(run: FlowRun, state: StateProposal): Promise<boolean>
}

/** As many runs as one bulk request takes. */
const CHUNK = 50

export function useRunActions(): RunActions {
  const ws = useWorkspace()
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: runKeys.all(ws) })

  /** Runs work over many with a toast that counts, and says in the end how many were refused and why. */
  const many = async (
    runs: FlowRun[],
    words: { doing: string; done: string; failed: string },
    work: (chunk: FlowRun[]) => Promise<{ refused: number; reason?: string | undefined }>,
    size: number,
  ): Promise<boolean> => {
    const id = toast({ title: `${words.doing} ${plural(runs.length, 'run')}`, look: 'running', progress: 0 })
    let done = 0
    let refused = 0
    let reason: string | undefined
    try {
      for (let at = 0; at < runs.length; at += size) {
        const chunk = runs.slice(at, at + size)
        const result = await work(chunk)
        done += chunk.length
        refused += result.refused
        reason ??= result.reason
        updateToast(id, {
          title: `${words.doing} ${done} of ${plural(runs.length, 'run')}`,
          look: 'running',
          progress: done / runs.length,
        })
      }
    } catch (error) {
      dismissToast(id)
      toastError(words.failed, error)
      await refresh()
      return false
    }
    dismissToast(id)
    const well = runs.length - refused
    if (refused === 0) toast({ title: `${plural(well, 'run')} ${words.done}`, look: 'completed' })
    else
      toast({
        title: well ? `${plural(well, 'run')} ${words.done}, ${refused} refused` : words.failed,
        ...(reason && { text: reason }),
        look: 'failed',
      })
    await refresh()
    return refused === 0
  }

  const each = (state: () => StateProposal) => async (chunk: FlowRun[]) => {
    const results = await Promise.allSettled(chunk.map((run) => setState(ws, run.id, state())))
    const bad = results.filter((r) => r.status === 'rejected')
    const first = bad[0]?.reason as unknown
    return { refused: bad.length, reason: first instanceof Error ? first.message : undefined }
  }

  return {
    cancel: async (runs) => {
      await many(
        runs,
        { doing: 'Cancelling', done: 'will be cancelled', failed: 'Not cancelled' },
        each(() => CANCEL),
        8,
      )
    },
    retry: async (runs) => {
      await many(
        runs,
        { doing: 'Retrying', done: 'will run again', failed: 'Not retried' },
        each(() => retryProposal(Date.now())),
        8,
      )
    },
    resume: async (run) => {
      try {
        const result = await ws.api.post<OrchestrationResult>(`/flow_runs/${run.id}/resume`, {})
        if (result.status !== 'ACCEPT') throw new Error(result.details.reason ?? 'The server refused.')
        toast({ title: `${run.name} goes on`, look: 'running' })
      } catch (error) {
        toastError('Not resumed', error)
      }
      await refresh()
    },
    remove: (runs) =>
      many(
        runs,
        { doing: 'Deleting', done: runs.length === 1 ? 'is deleted' : 'are deleted', failed: 'Not deleted' },
        async (chunk) => {
          const answer = await ws.api.post<{ deleted: string[] }>('/flow_runs/bulk_delete', {
            flow_runs: { id: { any_: chunk.map((run) => run.id) } },
            limit: CHUNK,
          })
          return { refused: chunk.length - answer.deleted.length }
        },
        CHUNK,
      ),
    changeState: async (run, state) => {
      try {
        await setState(ws, run.id, state, true)
        toast({ title: `${run.name} is ${state.name ?? state.type.toLowerCase()} now`, look: 'completed' })
        await refresh()
        return true
      } catch (error) {
        toastError('State not changed', error)
        return false
      }
    },
  }
}

/** What can be done to a task run: its flow run is what is cancelled and retried. */
export function useTaskActions(): {
  changeState(task: TaskRun, state: StateProposal): Promise<boolean>
  remove(task: TaskRun): Promise<boolean>
} {
  const ws = useWorkspace()
  const client = useQueryClient()
  const done = async (title: string): Promise<boolean> => {
    toast({ title, look: 'completed' })
    await client.invalidateQueries({ queryKey: runKeys.all(ws) })
    return true
  }
  return {
    changeState: async (task, state) => {
      try {
        await setState(ws, task.id, state, true, 'task_runs')
        return await done(`${task.name} is ${state.name ?? state.type.toLowerCase()} now`)
      } catch (error) {
        toastError('State not changed', error)
        return false
      }
    },
    remove: async (task) => {
      try {
        await ws.api.delete(`/task_runs/${task.id}`)
        toast({ title: `${task.name} is deleted`, look: 'completed' })
        return true
      } catch (error) {
        toastError('Not deleted', error)
        return false
      }
    },
  }
}

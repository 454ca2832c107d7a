import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { dismissToast, toast, updateToast } from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { type RunActions, useRunActions } from './actions.ts'
import {
  type BulkWork,
  cancelWork,
  DELETE_STEP,
  deleteTaskWork,
  deleteWork,
  type Named,
  retryWork,
  runBulk,
  STATE_STEP,
} from './bulk.ts'
import { runKeys } from './queries.ts'
import type { RefusalReport } from './refused-dialog.tsx'

interface Words {
  /** "Cancelling" */
  doing: string
  /** "will be cancelled" */
  done(n: number): string
  /** "not cancelled" */
  not: string
}

const WORDS = {
  cancel: { doing: 'Cancelling', done: () => 'will be cancelled', not: 'not cancelled' },
  retry: { doing: 'Retrying', done: () => 'will run again', not: 'not retried' },
  delete: {
    doing: 'Deleting',
    done: (n: number) => (n === 1 ? 'is deleted' : 'are deleted'),
    not: 'not deleted',
  },
} satisfies Record<string, Words>

const RefusedDialog = lazy(() => import('./refused-dialog.tsx'))

/**
 * Work over many runs of a list, told of in a notice that counts and can stop it. What was refused is listed run by
 * run; `report` shows that and belongs somewhere in the page.
 */
export function useBulk(kind: 'flow-run' | 'task-run') {
  const ws = useWorkspace()
  const client = useQueryClient()
  const [report, setReport] = useState<RefusalReport | null>(null)
  const single = useRunActions()

  const start = useCallback(
    async <T extends Named>(words: Words, runs: T[], size: number, work: BulkWork<T>): Promise<boolean> => {
      let stopped = false
      const notice = (done: number) => ({
        title: `${words.doing} ${count(done)} of ${plural(runs.length, 'run')}`,
        look: 'running' as const,
        progress: done / runs.length,
        action: { label: 'Stop', run: () => void (stopped = true) },
      })
      const id = toast(notice(0))
      const result = await runBulk(runs, size, work, {
        stopped: () => stopped,
        onProgress: (done) => updateToast(id, notice(done)),
      })
      dismissToast(id)
      const { done, refused, left } = result
      const parts = [
        ...(done || !refused.length ? [`${plural(done, 'run')} ${words.done(done)}`] : []),
        ...(refused.length ? [`${count(refused.length)} ${words.not}`] : []),
      ]
      toast({
        title: left ? `Stopped: ${parts.join(', ')}` : parts.join(', '),
        ...(left && { text: `${plural(left, 'run')} left as they were.` }),
        look: refused.length ? 'failed' : left ? 'cancelled' : 'completed',
      })
      if (refused.length) setReport({ title: `${plural(refused.length, 'run')} ${words.not}`, refused })
      await client.invalidateQueries({ queryKey: runKeys.all(ws) })
      return refused.length === 0 && left === 0
    },
    [client, ws],
  )

  const actions: RunActions = useMemo(
    () => ({
      ...single,
      cancel: async (runs) => {
        await start(WORDS.cancel, runs, STATE_STEP, cancelWork(ws))
      },
      retry: async (runs) => {
        await start(WORDS.retry, runs, STATE_STEP, retryWork(ws))
      },
      remove: (runs) => start(WORDS.delete, runs, DELETE_STEP, deleteWork(ws)),
    }),
    [single, start, ws],
  )
  const removeTasks = useCallback(
    (runs: Named[]) => start(WORDS.delete, runs, STATE_STEP, deleteTaskWork(ws)),
    [start, ws],
  )
  return {
    actions,
    removeTasks,
    report: report ? (
      <Suspense>
        <RefusedDialog kind={kind} report={report} onClose={() => setReport(null)} />
      </Suspense>
    ) : null,
  }
}

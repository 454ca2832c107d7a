import { useQueryClient } from '@tanstack/react-query'
import { dismissToast, toast, toastError, updateToast } from '../../components/ui/index.ts'
import { ApiError } from '../../lib/api.ts'
import { plural } from '../../lib/format.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { runKeys } from '../runs/queries.ts'
import type { Flow } from '../runs/types.ts'

/** Deletes flows one after the other, with a toast that counts. Resolves to those that are left. */
export function useDeleteFlows(): (flows: readonly Flow[]) => Promise<Flow[]> {
  const ws = useWorkspace()
  const client = useQueryClient()
  return async (flows) => {
    const left: Flow[] = []
    let reason: unknown
    const id = toast({ title: `Deleting ${plural(flows.length, 'flow')}`, look: 'running', progress: 0 })
    for (const [index, flow] of flows.entries()) {
      try {
        await ws.api.delete(`/flows/${flow.id}`)
      } catch (error) {
        // Somebody else was quicker: it is gone, as was asked.
        if (!(error instanceof ApiError && error.status === 404)) {
          left.push(flow)
          reason ??= error
        }
      }
      updateToast(id, {
        title: `Deleting ${index + 1} of ${plural(flows.length, 'flow')}`,
        look: 'running',
        progress: (index + 1) / flows.length,
      })
    }
    dismissToast(id)
    const gone = flows.length - left.length
    if (left.length === 0)
      toast({ title: `${plural(gone, 'flow')} ${gone === 1 ? 'is' : 'are'} deleted`, look: 'completed' })
    else toastError(gone ? `${plural(gone, 'flow')} deleted, ${left.length} not` : 'Not deleted', reason)
    await Promise.all([
      client.invalidateQueries({ queryKey: [ws.key, 'flows'] }),
      client.invalidateQueries({ queryKey: runKeys.all(ws) }),
      client.invalidateQueries({ queryKey: [ws.key, 'dashboard'] }),
    ])
    return left
  }
}

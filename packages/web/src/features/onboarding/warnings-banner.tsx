import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Icon, Timestamp, toastError } from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { plural } from '../../lib/format.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useWorkspace } from '../../lib/workspace.ts'

export interface WorkspaceWarning {
  id: string
  code: string
  message: string
  cure: string
  client: string | null
  count: number
  first_seen: string
  last_seen: string
}

/** What the server noticed about the clients of this workspace, each with its cure, until it is put away. */
export function WarningsBanner() {
  const workspace = useWorkspace()
  const queryClient = useQueryClient()
  const poll = usePollInterval(30_000)
  const queryKey = [workspace.key, 'warnings']
  const { data = [] } = useQuery({
    queryKey,
    queryFn: ({ signal }) => workspace.api.get<WorkspaceWarning[]>('/ui/warnings', { signal }),
    // A refused socket makes no event, so it is asked for even while live.
    refetchInterval: poll || 60_000,
  })
  const dismiss = useMutation({
    mutationFn: (id: string) => workspace.api.delete(`/ui/warnings/${id}`),
    onError: (error) => toastError('Not put away', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  })
  if (data.length === 0) return null
  return (
    <section aria-label="Warnings">
      {data.map((warning) => (
        <div
          key={warning.id}
          role="status"
          className="flex items-start gap-3 border-b border-line bg-late-tint px-3 py-2 md:px-6"
        >
          <Icon name="warn" className="mt-0.5 text-late" />
          <div className="min-w-0 flex-1">
            <p>
              <b className="font-medium">{warning.message}</b> {warning.cure}{' '}
              <WorkspaceLink
                to="/settings"
                hash="connect"
                className="font-medium underline underline-offset-3"
              >
                Show the command
              </WorkspaceLink>
            </p>
            <p className="text-small text-text-2">
              {warning.client ? `${warning.client}, ` : ''}
              {plural(warning.count, 'time')}, last{' '}
              <Timestamp at={warning.last_seen} className="text-text-2" />
            </p>
          </div>
          <Button
            kind="bare"
            size="small"
            square
            icon="close"
            aria-label="Put this warning away"
            busy={dismiss.isPending && dismiss.variables === warning.id}
            onClick={() => dismiss.mutate(warning.id)}
          />
        </div>
      ))}
    </section>
  )
}

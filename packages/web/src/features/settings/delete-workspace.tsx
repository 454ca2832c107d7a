import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import {
  Button,
  Dialog,
  DialogBody,
  DialogFoot,
  GuardedButton,
  TextField,
  toast,
} from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { overviewQuery, type WorkspaceRow, workspacesQuery } from '../../lib/identity.ts'
import { usePermissions } from '../../lib/permissions.ts'
import { useWorkspace } from '../../lib/workspace.ts'

/** Deletion asks for the name, because everything in the workspace goes with it. */
export function DeleteWorkspace({ row }: { row: WorkspaceRow }) {
  const [open, setOpen] = useState(false)
  const may = usePermissions()
  return (
    <>
      <GuardedButton
        why={may('manage_workspace_settings')}
        kind="bad"
        icon="trash"
        onClick={() => setOpen(true)}
        className="max-w-full"
      >
        <span className="truncate">Delete {row.workspace_name}…</span>
      </GuardedButton>
      {open ? <DeleteDialog row={row} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

function DeleteDialog({ row, onClose }: { row: WorkspaceRow; onClose: () => void }) {
  const { api, key } = useWorkspace()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const { data: overview } = useQuery(overviewQuery)
  const counts = overview?.find((each) => each.workspace_id === row.workspace_id)?.counts
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    mutationFn: () => api.delete(''),
    onSuccess: async () => {
      // Away first: the page's own queries would ask for what no longer is.
      await navigate({ to: '/workspaces' })
      queryClient.removeQueries({ queryKey: [key] })
      await queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey })
      toast({ title: `“${row.workspace_name}” is deleted` })
    },
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete the workspace “${row.workspace_name}”?`}
      lead={
        counts
          ? `With it go ${plural(counts.deployments, 'deployment')}, ${plural(counts.flows, 'flow')} and their runs (${plural(counts.flow_runs, 'run')} in the last 30 days), with logs and events. Nothing brings them back.`
          : 'Everything in it goes with it. Nothing brings it back.'
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (typed === row.workspace_name && !remove.isPending) remove.mutate()
        }}
      >
        <DialogBody>
          <TextField
            label={
              <>
                Type <b className="font-bold wrap-anywhere">{row.workspace_name}</b> to confirm
              </>
            }
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            error={remove.error?.message}
          />
        </DialogBody>
        <DialogFoot>
          <Button kind="bare" onClick={onClose}>
            Cancel
          </Button>
          <Button
            kind="bad"
            type="submit"
            icon="trash"
            disabled={typed !== row.workspace_name}
            busy={remove.isPending}
          >
            Delete workspace
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  )
}

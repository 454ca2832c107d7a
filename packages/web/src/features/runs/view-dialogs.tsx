import { useState } from 'react'
import {
  Button,
  Checkbox,
  Dialog,
  DialogBody,
  DialogFoot,
  TextField,
  toastError,
} from '../../components/ui/index.ts'
import { ApiError } from '../../lib/api.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { type SavedView, saveView, type ViewSearch } from './views.ts'

/** Asks for a name, and for whom. */
export function SaveDialog({
  search,
  views,
  onClose,
  onSaved,
}: {
  search: ViewSearch
  views: readonly SavedView[]
  onClose(): void
  onSaved(): Promise<void>
}) {
  const ws = useWorkspace()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const [pinned, setPinned] = useState(true)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const taken = views.some((view) => view.own && view.name === name.trim())
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title="Save this view"
      lead="Its filters, chart, order and time are kept under a name."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!name.trim() || busy) return
          setBusy(true)
          saveView(ws, { name: name.trim(), search, shared, pinned })
            .then(onSaved)
            .then(onClose)
            .catch((reason: unknown) => {
              setError(reason)
              setBusy(false)
            })
        }}
      >
        <DialogBody>
          <TextField
            label="Name"
            required
            maxLength={200}
            value={name}
            placeholder="Failed, tag finance"
            hint={taken ? 'You have a view of this name: it is replaced.' : undefined}
            error={error ? needs(error) : undefined}
            onChange={(event) => setName(event.target.value)}
          />
          <Checkbox
            label="Everybody in the workspace sees it"
            checked={shared}
            onChange={(event) => setShared(event.target.checked)}
          />
          <Checkbox
            label="Pin it to my sidebar, with its count"
            checked={pinned}
            onChange={(event) => setPinned(event.target.checked)}
          />
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>Not now</Button>
          <Button kind="main" type="submit" busy={busy} disabled={!name.trim()}>
            Save view
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  )
}

const needs = (error: unknown): string =>
  error instanceof ApiError && error.status === 403
    ? `${error.message} Saving views takes the role Developer, or a stronger one.`
    : error instanceof Error
      ? error.message
      : String(error)

/** Pins, shares, renames and removes views. */
export function ManageDialog({
  views,
  onClose,
  onChanged,
}: {
  views: readonly SavedView[]
  onClose(): void
  onChanged(): Promise<void>
}) {
  const ws = useWorkspace()
  const [renaming, setRenaming] = useState<{ id: string; name: string } | null>(null)
  const change = (work: Promise<unknown>): void => {
    work.then(onChanged).catch((error: unknown) => toastError('The view is not changed', error))
  }
  const at = (view: SavedView): string => `/saved_searches/${view.id}`
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()} title="Saved views" wide>
      <DialogBody>
        {views.length === 0 ? <p className="text-text-2">There are none.</p> : null}
        <ul className="grid max-h-[55vh] overflow-y-auto rounded-control border border-line">
          {views.map((view) => (
            <li
              key={view.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-3 py-1.5 last:border-0"
            >
              {renaming?.id === view.id ? (
                <form
                  className="flex min-w-48 flex-1 gap-2"
                  onSubmit={(event) => {
                    event.preventDefault()
                    const { name } = renaming
                    setRenaming(null)
                    if (name.trim() && name !== view.name) change(ws.api.patch(at(view), { name }))
                  }}
                >
                  <input
                    aria-label={`New name of ${view.name}`}
                    autoFocus
                    maxLength={200}
                    value={renaming.name}
                    onChange={(event) => setRenaming({ ...renaming, name: event.target.value })}
                    className="h-(--control) min-w-0 flex-1 rounded-control border border-line-control bg-surface px-2"
                  />
                  <Button type="submit">Rename</Button>
                </form>
              ) : (
                <span className="clip min-w-48 flex-1">
                  <span className="font-medium">{view.name}</span>
                  {view.own ? null : <span className="text-text-3"> · {view.owner.name}</span>}
                </span>
              )}
              <Checkbox
                label="Pinned"
                aria-label={`${view.name} pinned`}
                checked={view.pinned}
                onChange={(event) => change(ws.api.put(`${at(view)}/pin`, { pinned: event.target.checked }))}
              />
              <Checkbox
                label="Shared"
                aria-label={`${view.name} shared`}
                checked={view.shared}
                disabled={!view.own}
                title={view.own ? undefined : `It belongs to ${view.owner.name}`}
                onChange={(event) => change(ws.api.patch(at(view), { shared: event.target.checked }))}
              />
              <span className="flex">
                <Button
                  kind="bare"
                  square
                  icon="edit"
                  aria-label={`Rename ${view.name}`}
                  disabled={!view.own}
                  onClick={() => setRenaming({ id: view.id, name: view.name })}
                />
                <Button
                  kind="bare-bad"
                  square
                  icon="trash"
                  aria-label={`Remove ${view.name}`}
                  onClick={() => change(ws.api.delete(at(view)))}
                />
              </span>
            </li>
          ))}
        </ul>
      </DialogBody>
      <DialogFoot>
        <Button kind="main" onClick={onClose}>
          Done
        </Button>
      </DialogFoot>
    </Dialog>
  )
}

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { Button, Icon, Menu, MenuItem, MenuLine, toast, toastError } from '../../components/ui/index.ts'
import { ApiError } from '../../lib/api.ts'
import { plural } from '../../lib/format.ts'
import { useStored } from '../../lib/preferences.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import {
  freeName,
  readStoredViews,
  type SavedView,
  sameView,
  saveView,
  toFilters,
  type ViewSearch,
  viewKeys,
  viewsQuery,
} from './views.ts'

const SaveDialog = lazy(() => import('./view-dialogs.tsx').then((m) => ({ default: m.SaveDialog })))
const ManageDialog = lazy(() => import('./view-dialogs.tsx').then((m) => ({ default: m.ManageDialog })))

/** The views of the workspace: one's own and the shared ones, and how to save what is on the screen. */
export function SavedViews({ search, onOpen }: { search: ViewSearch; onOpen(search: ViewSearch): void }) {
  const ws = useWorkspace()
  const client = useQueryClient()
  const list = useQuery(viewsQuery(ws))
  const views = list.data ?? []
  const [naming, setNaming] = useState(false)
  const [managing, setManaging] = useState(false)
  const refresh = useCallback(() => client.invalidateQueries({ queryKey: viewKeys.all(ws) }), [client, ws])
  useMovedViews(list.data, refresh)
  const open = views.find((view) => sameView(view.search, search))
  const empty = Object.keys(search).length === 0
  const changed = useRef(open)
  if (open) changed.current = open
  // The view that was open before its filter was changed: it can be brought up to date.
  const origin =
    !open && changed.current?.own ? views.find((view) => view.id === changed.current?.id) : undefined

  return (
    <>
      <Menu
        trigger={
          <Button icon="star">
            <span className="clip max-w-44">{open?.name ?? 'Views'}</span>
            <Icon name="down" size={14} />
          </Button>
        }
      >
        {list.isError ? (
          <MenuItem why={list.error instanceof Error ? list.error.message : undefined}>
            The views could not be loaded
          </MenuItem>
        ) : null}
        {views.map((view) => (
          <MenuItem
            key={view.id}
            icon={view.id === open?.id ? 'check' : view.shared ? 'user' : 'star'}
            onSelect={() => onOpen(view.search)}
          >
            {view.name}
            {view.own ? null : <span className="text-text-3"> · {view.owner.name}</span>}
          </MenuItem>
        ))}
        {views.length ? <MenuLine /> : null}
        {origin ? (
          <MenuItem
            icon="edit"
            onSelect={() =>
              ws.api
                .patch(`/saved_searches/${origin.id}`, { filters: toFilters(search) })
                .then(() => toast({ title: `“${origin.name}” is up to date` }))
                .then(refresh)
                .catch((error: unknown) => toastError('The view is not changed', error))
            }
          >
            Update “{origin.name}”
          </MenuItem>
        ) : null}
        <MenuItem
          icon="plus"
          why={empty ? 'Set a filter first' : open?.own ? 'This view is saved already' : undefined}
          onSelect={() => setNaming(true)}
        >
          Save this view…
        </MenuItem>
        {views.length ? (
          <MenuItem icon="gear" onSelect={() => setManaging(true)}>
            Pin, share, rename, remove…
          </MenuItem>
        ) : null}
      </Menu>
      <Suspense>
        {naming ? (
          <SaveDialog search={search} views={views} onClose={() => setNaming(false)} onSaved={refresh} />
        ) : null}
        {managing ? (
          <ManageDialog views={views} onClose={() => setManaging(false)} onChanged={refresh} />
        ) : null}
      </Suspense>
    </>
  )
}

/** Moves the views that this browser kept to the server, once. */
function useMovedViews(views: readonly SavedView[] | undefined, refresh: () => Promise<void>): void {
  const ws = useWorkspace()
  const [text, store] = useStored(`views.${ws.workspaceId}`)
  const begun = useRef(false)
  useEffect(() => {
    if (text === null || views === undefined || begun.current) return
    begun.current = true
    const stored = readStoredViews(text)
    const taken = new Set(views.filter((view) => view.own).map((view) => view.name))
    const move = async (): Promise<void> => {
      for (const view of stored) {
        const name = freeName(view.name, taken)
        taken.add(name)
        await saveView(ws, { name, search: view.search, shared: false })
      }
      store(null)
      if (stored.length)
        toast({ title: `${plural(stored.length, 'view')} moved from this browser to the server` })
      await refresh()
    }
    // A role that may not save views keeps them in its browser, until it may.
    move().catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 403))
        toastError('Views not moved to the server', error)
    })
  }, [text, views, ws, store, refresh])
}

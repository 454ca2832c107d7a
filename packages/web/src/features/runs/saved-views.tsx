import { useState } from 'react'
import {
  Button,
  Dialog,
  DialogBody,
  DialogFoot,
  Icon,
  Menu,
  MenuItem,
  MenuLine,
  TextField,
} from '../../components/ui/index.ts'
import { useStored } from '../../lib/preferences.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { parseRunsSearch, type RunsSearch } from './search.ts'

export interface SavedView {
  name: string
  search: RunsSearch
}

/** Reads what a browser has stored; anything that is not a list of views is none. */
export function readViews(text: string | null): SavedView[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(list)) return []
    return list.flatMap((each: unknown) => {
      const { name, search } = (each ?? {}) as { name?: unknown; search?: unknown }
      if (typeof name !== 'string' || typeof search !== 'object' || search === null) return []
      return [{ name, search: parseRunsSearch(search as Record<string, unknown>) }]
    })
  } catch {
    return []
  }
}

/** A view under a name; the same name is replaced. Names are in order. */
export const withView = (views: readonly SavedView[], view: SavedView): SavedView[] =>
  [...views.filter((each) => each.name !== view.name), view].sort((a, b) => a.name.localeCompare(b.name))

/** Filters kept under a name, in this browser and for this workspace. */
export function SavedViews({ search, onOpen }: { search: RunsSearch; onOpen(search: RunsSearch): void }) {
  const ws = useWorkspace()
  const [text, store] = useStored(`views.${ws.workspaceId}`)
  const views = readViews(text)
  const [naming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const save = (list: SavedView[]): void => store(list.length ? JSON.stringify(list) : null)
  const empty = Object.keys(search).length === 0
  return (
    <>
      <Menu
        trigger={
          <Button icon="star">
            Views
            <Icon name="down" size={14} />
          </Button>
        }
      >
        {views.map((view) => (
          <MenuItem key={view.name} icon="star" onSelect={() => onOpen(view.search)}>
            {view.name}
          </MenuItem>
        ))}
        {views.length ? <MenuLine /> : null}
        <MenuItem icon="plus" why={empty ? 'Set a filter first' : undefined} onSelect={() => setNaming(true)}>
          Save this view…
        </MenuItem>
        {views.length ? (
          <>
            <MenuLine />
            {views.map((view) => (
              <MenuItem
                key={view.name}
                icon="trash"
                bad
                onSelect={() => save(views.filter((each) => each.name !== view.name))}
              >
                Remove {view.name}
              </MenuItem>
            ))}
          </>
        ) : null}
      </Menu>
      <Dialog
        open={naming}
        onOpenChange={setNaming}
        title="Save this view"
        lead="Its filters, chart and order are kept in this browser. To share it, copy the address."
      >
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (!name.trim()) return
            save(withView(views, { name: name.trim(), search }))
            setNaming(false)
            setName('')
          }}
        >
          <DialogBody>
            <TextField
              label="Name"
              required
              value={name}
              placeholder="Failed, tag finance"
              onChange={(event) => setName(event.target.value)}
            />
          </DialogBody>
          <DialogFoot>
            <Button onClick={() => setNaming(false)}>Not now</Button>
            <Button kind="main" type="submit" disabled={!name.trim()}>
              Save view
            </Button>
          </DialogFoot>
        </form>
      </Dialog>
    </>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { Icon, Input, StateBadge, WorkspaceSign } from '../../components/ui/index.ts'
import { overviewQuery, sessionQuery, type WorkspaceRow } from '../../lib/identity.ts'
import { useRecentWorkspaces, useStars } from '../../lib/preferences.ts'
import { isMac } from '../../lib/shortcuts.ts'
import { workspacePath } from '../../lib/workspace.ts'
import { byLiking } from './workspace-order.ts'

/** The name of the workspace, and behind it the way to every other one. */
export function Switcher({ current, local }: { current: WorkspaceRow | undefined; local: boolean }) {
  const [open, setOpen] = useState(false)
  if (local) {
    return (
      <div className="px-1 leading-tight">
        <b className="block truncate font-bold">Local</b>
        <small className="block truncate text-small text-text-3">one workspace, no sign-in</small>
      </div>
    )
  }
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          title={`Switch workspace (${isMac ? '⌘⇧K' : 'Ctrl+Shift+K'})`}
          className="flex w-full min-w-0 items-center gap-2 rounded-control px-1 py-1 text-left hover:bg-hover"
        >
          <span className="min-w-0 flex-1 leading-tight">
            <b className="block truncate font-bold">{current?.workspace_name ?? 'Workspaces'}</b>
            <small className="block truncate text-small text-text-3">
              {current?.account_name ?? 'choose one'}
            </small>
          </span>
          <Icon name="updown" className="text-text-3" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Workspaces"
          className="z-50 w-76 max-w-[calc(100vw-16px)] rounded-menu border border-line-strong bg-raised p-1 shadow-float outline-none"
        >
          <SwitcherList currentId={current?.workspace_id} onDone={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function SwitcherList({ currentId, onDone }: { currentId: string | undefined; onDone: () => void }) {
  const navigate = useNavigate()
  const { data: me } = useQuery(sessionQuery)
  const { data = [] } = useQuery(overviewQuery)
  const { stars, toggle } = useStars(me?.id ?? '')
  const { recent } = useRecentWorkspaces()
  const [text, setText] = useState('')
  const needle = text.trim().toLowerCase()
  const rows = data
    .filter((row) => `${row.account_name} / ${row.workspace_name}`.toLowerCase().includes(needle))
    .sort(byLiking(stars, recent))
  const go = (to: string) => {
    onDone()
    void navigate({ to: to as '/' })
  }
  return (
    <>
      <div className="p-1">
        <Input
          autoFocus
          value={text}
          aria-label="Find a workspace"
          placeholder="Find a workspace"
          className="h-(--control)! text-data!"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            const first = rows[0]
            if (event.key === 'Enter' && first)
              go(`${workspacePath(first.account_id, first.workspace_id)}/dashboard`)
          }}
        />
      </div>
      <ul className="max-h-72 overflow-y-auto">
        {rows.map((row) => {
          const bad = row.today.failed + row.today.crashed
          return (
            <li key={row.workspace_id} className="flex items-center gap-0.5">
              <button
                type="button"
                aria-current={row.workspace_id === currentId ? 'true' : undefined}
                onClick={() => go(`${workspacePath(row.account_id, row.workspace_id)}/dashboard`)}
                className="flex min-w-0 flex-1 items-center gap-2 rounded-[5px] px-2 py-1.5 text-left -outline-offset-2 hover:bg-hover focus-visible:bg-hover aria-[current]:bg-selected"
              >
                <WorkspaceSign name={row.workspace_name} size={22} />
                <span className="min-w-0 flex-1 leading-tight">
                  <span className="block truncate font-medium">{row.workspace_name}</span>
                  <span className="block truncate text-small text-text-3">{row.account_name}</span>
                </span>
                {bad > 0 ? (
                  <StateBadge look="failed" tone="word" className="text-small">
                    {bad}
                    <span className="sr-only"> failed today</span>
                  </StateBadge>
                ) : null}
              </button>
              <button
                type="button"
                aria-label={`Star ${row.workspace_name}`}
                aria-pressed={stars.has(row.workspace_id)}
                title={stars.has(row.workspace_id) ? 'Unstar' : 'Star'}
                onClick={() => toggle(row.workspace_id)}
                className={clsx(
                  'grid size-7.5 flex-none place-items-center rounded-[5px] hover:bg-hover',
                  stars.has(row.workspace_id) ? 'text-accent [&_path]:fill-current' : 'text-text-3',
                )}
              >
                <Icon name="star" />
              </button>
            </li>
          )
        })}
        {rows.length === 0 ? (
          <li className="px-2 py-2 text-text-3">
            {needle ? 'No workspace is called so.' : 'No workspace yet.'}
          </li>
        ) : null}
      </ul>
      <div className="mt-1 -mx-1 border-t border-line px-1 pt-1">
        {[
          { label: 'All workspaces', icon: 'pools' as const, to: '/workspaces' },
          { label: 'Create workspace', icon: 'plus' as const, to: '/workspaces/new' },
        ].map((item) => (
          <button
            key={item.to}
            type="button"
            onClick={() => go(item.to)}
            className="flex h-7.5 w-full items-center gap-2.25 rounded-[5px] px-2 text-left -outline-offset-2 hover:bg-hover focus-visible:bg-hover"
          >
            <Icon name={item.icon} className="text-text-3" />
            {item.label}
          </button>
        ))}
      </div>
    </>
  )
}

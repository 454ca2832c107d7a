import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button, Command, Panel, StateGlyph, Timestamp } from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { useConfig, workspacesQuery } from '../../lib/identity.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { ConnectCode } from '../settings/connect-code.tsx'
import { useOnboarding, useWelcomePutAway } from './onboarding.ts'

/**
 * How to get the first run into an empty workspace. Each step ticks itself when what it asks for arrives; when all
 * is there it turns green, and stays until it is put away, so that its reader sees that it worked.
 */
export function OnboardingCard() {
  const workspace = useWorkspace()
  const config = useConfig()
  const { data } = useOnboarding()
  const { data: rows } = useQuery({ ...workspacesQuery, enabled: config.mode === 'cloud' })
  const [putAway, onPutAway] = useWelcomePutAway()
  const watched = useRef(false)
  const [justConnected, setJustConnected] = useState(false)
  const connected = data ? data.first_event_at !== null : undefined
  const ran = data ? data.first_flow_run_at !== null : false

  useEffect(() => {
    if (connected === false) watched.current = true
    if (connected && watched.current) setJustConnected(true)
  }, [connected])

  if (!data || putAway) return null
  // A workspace that was in use before this browser saw it needs no welcome.
  if (connected && !justConnected && !watched.current) return null

  const row = rows?.find((each) => each.workspace_id === workspace.workspaceId)
  return (
    <Panel
      aria-label="Getting started"
      className={clsx('mb-4 transition-colors', connected && 'border-completed!')}
      data-connected={connected ? 'yes' : 'no'}
    >
      <div
        role="status"
        className={clsx(
          'flex min-h-12 flex-wrap items-center gap-2.5 px-4 py-2',
          connected && ran ? 'rounded-control' : 'rounded-t-control border-b border-line',
          connected && 'bg-completed-tint text-completed [--cut:var(--st-completed-tint)]',
        )}
      >
        <StateGlyph look={connected ? 'completed' : 'pending'} />
        <p className="font-medium">
          {connected ? (
            <>
              Connected. The first event arrived <Timestamp at={data.first_event_at} />.
            </>
          ) : (
            'Nothing has arrived here yet. Two steps, and this turns green by itself.'
          )}
        </p>
        {connected ? (
          <span className="ml-auto flex items-center gap-2">
            {ran ? (
              <WorkspaceLink to="/runs" className="font-medium underline underline-offset-3">
                See the run
              </WorkspaceLink>
            ) : null}
            <Button
              size="small"
              kind="bare"
              icon="close"
              square
              aria-label="Put this away"
              onClick={() => onPutAway()}
            />
          </span>
        ) : null}
      </div>
      {connected && ran ? null : (
        <ol className="grid gap-px lg:grid-cols-2">
          <Step n={1} done={connected ?? false} title="Connect the shell where your flows run">
            <ConnectCode
              accountId={workspace.accountId}
              workspaceId={workspace.workspaceId}
              handle={row ? `${row.account_handle}/${row.workspace_handle}` : ''}
              name={row?.workspace_name ?? 'local'}
            />
          </Step>
          <Step n={2} done={ran} title="Run a flow there">
            <p className="mb-2 text-text-2">
              Any Python flow will do. Without one at hand, this runs an empty flow; the run shows up here at
              once.
            </p>
            <Command command={'python -c "from prefect import flow; flow(name=\'hello\')(lambda: None)()"'} />
          </Step>
        </ol>
      )}
    </Panel>
  )
}

function Step({
  n,
  done,
  title,
  children,
}: {
  n: number
  done: boolean
  title: string
  children: ReactNode
}) {
  return (
    <li className="min-w-0 px-4 py-4 lg:not-first:border-l lg:not-first:border-line max-lg:not-first:border-t max-lg:not-first:border-line">
      <h2 className="mb-2 flex items-center gap-2 text-data">
        {done ? (
          <StateGlyph look="completed" label="Done" />
        ) : (
          <span className="grid size-4.5 flex-none place-items-center rounded-full border border-line-control text-axis font-medium text-text-2">
            {n}
          </span>
        )}
        {title}
      </h2>
      {children}
    </li>
  )
}

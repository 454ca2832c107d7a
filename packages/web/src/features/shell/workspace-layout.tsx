import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { EmptyState, ErrorState, Loading, PageBody } from '../../components/ui/index.ts'
import { sessionQuery, useConfig, workspacesQuery } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { stored, useRecentWorkspaces } from '../../lib/preferences.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { useWorkspace, workspacePath } from '../../lib/workspace.ts'
import { WarningsBanner } from '../onboarding/warnings-banner.tsx'
import { Frame, type NavGroup } from './frame.tsx'
import { LiveIndicator } from './live-indicator.tsx'
import { Switcher } from './switcher.tsx'

const OnboardingCard = lazy(() =>
  import('../onboarding/onboarding-card.tsx').then((m) => ({ default: m.OnboardingCard })),
)

const PinnedViews = lazy(() => import('../runs/pinned-views.tsx').then((m) => ({ default: m.PinnedViews })))
const pinnedViews = (rail: boolean) => (
  <Suspense>
    <PinnedViews rail={rail} />
  </Suspense>
)

const nav = (path: string): NavGroup[] => [
  {
    items: [
      { label: 'Home', icon: 'home', to: `${path}/dashboard` },
      { label: 'Runs', icon: 'runs', to: `${path}/runs` },
      { label: 'Flows', icon: 'flows', to: `${path}/flows` },
      { label: 'Artifacts', icon: 'artifacts', to: `${path}/artifacts` },
    ],
  },
  { label: 'Configure', items: [{ label: 'Settings', icon: 'gear', to: `${path}/settings` }] },
]

/** The frame of a workspace's pages. Whoever has no access learns only that, and not whether it exists. */
export function WorkspaceLayout() {
  const config = useConfig()
  const { accountId, workspaceId } = useParams({
    from: '/signed-in/account/$accountId/workspace/$workspaceId',
  })
  const local = config.mode === 'local'
  const list = useQuery({ ...workspacesQuery, enabled: !local })
  const { data: me } = useQuery({ ...sessionQuery, enabled: !local })
  const row = list.data?.find((each) => each.workspace_id === workspaceId && each.account_id === accountId)
  const path = workspacePath(accountId, workspaceId)
  const navigate = useNavigate()
  const go = (to: string) => () => void navigate({ to: to as '/' })

  const { visit } = useRecentWorkspaces()
  const reachable = row !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: a visit is one of this workspace, however often it is drawn
  useEffect(() => {
    if (!reachable) return
    stored.write('workspace', workspaceId)
    visit(workspaceId)
  }, [reachable, workspaceId])

  useShortcuts([
    { keys: 'g h', run: go(`${path}/dashboard`) },
    { keys: 'g r', run: go(`${path}/runs`) },
    { keys: 'g f', run: go(`${path}/flows`) },
    { keys: 'g a', run: go(`${path}/artifacts`) },
    { keys: 'g s', run: go(`${path}/settings`) },
    ...(local ? [] : [{ keys: 'g w', run: go('/workspaces') }]),
  ])

  const known = local || row !== undefined
  return (
    <Frame
      home={
        local
          ? { to: `${path}/dashboard`, label: 'Orrery: home' }
          : { to: '/workspaces', label: 'Orrery: your workspaces' }
      }
      head={<Switcher current={row} local={local} />}
      nav={known ? nav(path) : []}
      {...(known && { views: pinnedViews })}
      root={
        local
          ? [{ label: 'Local', to: `${path}/dashboard` }]
          : row
            ? [
                { label: row.account_name, to: '/workspaces' },
                { label: row.workspace_name, to: `${path}/dashboard` },
              ]
            : [{ label: 'Workspaces', to: '/workspaces' }]
      }
      live={known ? <LiveIndicator /> : null}
    >
      {known ? (
        <>
          <Notices />
          <Outlet />
        </>
      ) : list.isPending ? (
        <PageBody>
          <Loading label="Loading the workspace" />
        </PageBody>
      ) : list.isError ? (
        <ErrorState
          title="The workspace could not be loaded"
          error={list.error}
          onRetry={() => void list.refetch()}
        />
      ) : (
        <NoWorkspace email={me?.email} />
      )}
    </Frame>
  )
}

/** Warnings stand above every page; the welcome of an empty workspace above its home. */
function Notices() {
  const { pathname } = useLocation()
  return (
    <>
      <WarningsBanner />
      {pathname.endsWith('/dashboard') ? (
        <div className="px-3 pt-4 empty:hidden md:px-6 md:pt-5 [&>section]:mb-0!">
          <Suspense>
            <OnboardingCard />
          </Suspense>
        </div>
      ) : null}
    </>
  )
}

function NoWorkspace({ email }: { email: string | undefined }) {
  usePage({ title: 'No such workspace', crumbs: [{ label: 'No such workspace' }] })
  const { workspaceId } = useWorkspace()
  return (
    <PageBody>
      <h1 className="sr-only">No such workspace</h1>
      <EmptyState
        kind="forbidden"
        className="px-0!"
        title="You can’t see this workspace"
        text={
          <>
            There is no workspace <span className="font-mono text-small wrap-anywhere">{workspaceId}</span>,
            or {email ?? 'your account'} has no access to it. Ask one of its owners.
          </>
        }
      />
    </PageBody>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { displayName, sessionQuery, workspacesQuery } from '../../lib/identity.ts'
import { stored, useStars } from '../../lib/preferences.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { workspacePath } from '../../lib/workspace.ts'
import { Frame, type NavGroup } from './frame.tsx'
import { Switcher } from './switcher.tsx'

/** The frame of the pages that belong to no workspace: the list of them, and the person's own. */
export function PersonLayout() {
  const { data: me } = useQuery(sessionQuery)
  const { data: workspaces = [] } = useQuery(workspacesQuery)
  const { stars } = useStars(me?.id ?? '')
  const { pathname } = useLocation()
  const navigate = useNavigate()
  useShortcuts([{ keys: 'g w', run: () => void navigate({ to: '/workspaces' }) }])

  const starred = workspaces.filter((row) => stars.has(row.workspace_id))
  const last = workspaces.find((row) => row.workspace_id === stored.read('workspace'))
  const places = starred.length > 0 ? starred : last ? [last] : []
  const groups: NavGroup[] = [
    { items: [{ label: 'Workspaces', icon: 'pools', to: '/workspaces' }] },
    {
      label: 'You',
      items: [
        { label: 'Profile', icon: 'user', to: '/my/profile' },
        { label: 'API keys', icon: 'key', to: '/my/api-keys' },
        { label: 'Sessions', icon: 'clock', to: '/my/sessions' },
      ],
    },
    ...(me?.is_instance_owner
      ? [
          {
            label: 'Server',
            items: [{ label: 'Instance', icon: 'shield', to: '/instance' }],
          } satisfies NavGroup,
        ]
      : []),
    ...(places.length > 0
      ? [
          {
            label: starred.length > 0 ? 'Starred' : 'Go back to',
            items: places.map((row) => ({
              label: row.workspace_name,
              icon: starred.length > 0 ? ('star' as const) : ('home' as const),
              to: `${workspacePath(row.account_id, row.workspace_id)}/dashboard`,
            })),
          } satisfies NavGroup,
        ]
      : []),
  ]
  const mine = pathname.startsWith('/my/')
  return (
    <Frame
      home={{ to: '/workspaces', label: 'Orrery: your workspaces' }}
      head={<Switcher current={undefined} local={false} />}
      nav={groups}
      root={mine && me ? [{ label: displayName(me), to: '/my/profile' }] : []}
    >
      <Outlet />
    </Frame>
  )
}

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { Icon, Menu, MenuItem, MenuLine, MenuRadio, toastError } from '../../components/ui/index.ts'
import { root } from '../../lib/api.ts'
import { configQuery, displayName, initials, sessionQuery, useConfig } from '../../lib/identity.ts'
import { useDensity, useTheme } from '../../lib/preferences.ts'

/** The account icon at the bottom left: profile, keys, sessions, how it looks, and the way out. */
export function UserMenu({ rail }: { rail: boolean }) {
  const config = useConfig()
  const local = config.mode === 'local'
  const { data: me } = useQuery({ ...sessionQuery, enabled: !local })
  const [theme, setTheme] = useTheme()
  const [density, setDensity] = useDensity()
  const navigate = useNavigate()
  const router = useRouter()
  const queryClient = useQueryClient()
  const name = me ? displayName(me) : 'This computer'

  const signOut = async () => {
    try {
      await root.post('/auth/sign-out')
    } catch (error) {
      toastError('Not signed out', error)
      return
    }
    queryClient.clear()
    queryClient.setQueryData(sessionQuery.queryKey, null)
    queryClient.setQueryData(configQuery.queryKey, config)
    await router.invalidate()
    await navigate({ to: '/sign-in' })
  }

  return (
    <Menu
      align="start"
      side="top"
      trigger={
        <button
          type="button"
          title="Account"
          className={clsx(
            'flex h-9 min-w-0 items-center gap-2.5 rounded-control px-1.5 text-left hover:bg-hover',
            rail && 'px-1',
          )}
        >
          <span
            className="grid size-6.5 flex-none place-items-center rounded-full bg-accent-soft text-axis font-bold"
            aria-hidden="true"
          >
            {me ? initials(me) : <Icon name="screen" size={14} />}
          </span>
          <span className={rail ? 'sr-only' : 'clip font-medium'}>{name}</span>
        </button>
      }
    >
      {me ? (
        <>
          <div className="px-2 pt-1 pb-1.5">
            <b className="block truncate font-medium">{name}</b>
            <span className="block truncate text-small text-text-3">{me.email}</span>
          </div>
          <MenuLine />
          <MenuItem icon="user" onSelect={() => void navigate({ to: '/my/profile' })}>
            Profile
          </MenuItem>
          <MenuItem icon="key" onSelect={() => void navigate({ to: '/my/api-keys' })}>
            API keys
          </MenuItem>
          <MenuItem icon="clock" onSelect={() => void navigate({ to: '/my/sessions' })}>
            Sessions
          </MenuItem>
          {me.is_instance_owner ? (
            <MenuItem icon="shield" onSelect={() => void navigate({ to: '/instance' })}>
              Instance
            </MenuItem>
          ) : null}
          <MenuLine />
        </>
      ) : null}
      <MenuRadio
        label="Theme"
        value={theme}
        onChange={(next) => setTheme(next as typeof theme)}
        options={[
          { id: 'system', label: 'As the system', icon: 'screen' },
          { id: 'light', label: 'Light', icon: 'sun' },
          { id: 'dark', label: 'Dark', icon: 'moon' },
        ]}
      />
      <MenuLine />
      <MenuRadio
        label="Density"
        value={density}
        onChange={(next) => setDensity(next as typeof density)}
        options={[
          { id: 'compact', label: 'Compact', icon: 'table' },
          { id: 'roomy', label: 'Roomy', icon: 'menu' },
        ]}
      />
      {me ? (
        <>
          <MenuLine />
          <MenuItem icon="leave" onSelect={() => void signOut()}>
            Sign out
          </MenuItem>
        </>
      ) : null}
    </Menu>
  )
}

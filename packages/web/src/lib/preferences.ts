/** What a person set for this browser. Nothing secret is ever stored here. */
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'compact' | 'roomy'

const listeners = new Set<() => void>()
const changed = () => {
  for (const listener of listeners) listener()
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(`orrery.${key}`)
  } catch {
    return null
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`orrery.${key}`)
    else localStorage.setItem(`orrery.${key}`, value)
  } catch {
    // Storage is forbidden or full: the setting lasts until the page is closed.
  }
  changed()
}

if (typeof window !== 'undefined') addEventListener('storage', changed)

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A string setting of this browser, shared by all its users of the hook and by other tabs. */
export function useStored(key: string): [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(subscribe, () => read(key))
  return [value, (next) => write(key, next)]
}

export const stored = { read, write }

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [value, set] = useStored('theme')
  return [
    value === 'light' || value === 'dark' ? value : 'system',
    (theme) => {
      if (theme === 'system') delete document.documentElement.dataset.theme
      else document.documentElement.dataset.theme = theme
      set(theme === 'system' ? null : theme)
    },
  ]
}

export function useDensity(): [Density, (density: Density) => void] {
  const [value, set] = useStored('density')
  return [
    value === 'roomy' ? 'roomy' : 'compact',
    (density) => {
      if (density === 'roomy') document.documentElement.dataset.density = 'roomy'
      else delete document.documentElement.dataset.density
      set(density === 'roomy' ? 'roomy' : null)
    },
  ]
}

/** `steps`: the colours of states differ in lightness too, for eyes that tell few hues apart. */
export function useVision(): ['standard' | 'steps', (vision: 'standard' | 'steps') => void] {
  const [value, set] = useStored('vision')
  return [
    value === 'steps' ? 'steps' : 'standard',
    (vision) => {
      if (vision === 'steps') document.documentElement.dataset.vision = 'steps'
      else delete document.documentElement.dataset.vision
      set(vision === 'steps' ? 'steps' : null)
    },
  ]
}

/** Times are shown in the browser's zone or in UTC. */
export function useZone(): ['local' | 'utc', (zone: 'local' | 'utc') => void] {
  const [value, set] = useStored('zone')
  return [value === 'utc' ? 'utc' : 'local', (zone) => set(zone === 'utc' ? 'utc' : null)]
}

export function useShortcutsEnabled(): [boolean, (on: boolean) => void] {
  const [value, set] = useStored('shortcuts')
  return [value !== 'off', (on) => set(on ? null : 'off')]
}

/** Workspaces in the order of their last visits, the latest first, in this browser. */
export function useRecentWorkspaces(): { recent: readonly string[]; visit(workspaceId: string): void } {
  const [value] = useStored('recent')
  return {
    recent: (value ?? '').split(',').filter(Boolean),
    visit(workspaceId) {
      const before = (read('recent') ?? '').split(',').filter(Boolean)
      if (before[0] === workspaceId) return
      write('recent', [workspaceId, ...before.filter((each) => each !== workspaceId)].slice(0, 20).join(','))
    },
  }
}

/** Starred workspaces, per user of this browser. */
export function useStars(userId: string): { stars: ReadonlySet<string>; toggle(workspaceId: string): void } {
  const [value, set] = useStored(`stars.${userId}`)
  const stars = new Set((value ?? '').split(',').filter(Boolean))
  return {
    stars,
    toggle(workspaceId) {
      const next = new Set(stars)
      if (!next.delete(workspaceId)) next.add(workspaceId)
      set(next.size ? [...next].join(',') : null)
    },
  }
}

/** What can be done to the object that the page is about: the page says it, the palette offers it. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { IconName } from '../components/ui/icon.tsx'

export interface PageAction {
  id: string
  label: string
  icon: IconName
  /** Why it cannot be done now, in words. */
  why?: string | null
  run(): void
}

const NONE: readonly PageAction[] = []
let current = NONE
const listeners = new Set<() => void>()

function set(actions: readonly PageAction[]): void {
  current = actions
  for (const listener of listeners) listener()
}

/** Call once in a page; the actions go when the page goes. */
export function useOfferedActions(actions: readonly PageAction[]): void {
  const latest = useRef(actions)
  latest.current = actions
  const key = JSON.stringify(actions)
  useEffect(() => {
    const offered = (JSON.parse(key) as PageAction[]).map((action) => ({
      ...action,
      run: () => latest.current.find((each) => each.id === action.id)?.run(),
    }))
    set(offered)
    return () => {
      if (current === offered) set(NONE)
    }
  }, [key])
}

export const usePageActions = (): readonly PageAction[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )

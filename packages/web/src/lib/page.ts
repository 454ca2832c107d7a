/** What the page is: its document title and its place in the breadcrumb. The page says it, the shell shows it. */
import { useEffect, useSyncExternalStore } from 'react'

export interface Crumb {
  label: string
  /** Path below the workspace (`/runs`), or an absolute one with `absolute`. */
  to?: string
}

export interface PageFacts {
  title: string
  crumbs: Crumb[]
  /** Shows the shared time range in the top bar. */
  timeRange: boolean
  /** A narrow sidebar, for pages that need the width. */
  rail: boolean
  /** The page manages its own height (run page); nothing around it scrolls. */
  full: boolean
}

const EMPTY: PageFacts = { title: '', crumbs: [], timeRange: false, rail: false, full: false }
/** The page of a run, while its script is loaded: the sidebar that it will have, so that nothing moves when it comes. */
const COMING: PageFacts = { ...EMPTY, rail: true, full: true }
const RUN_PAGE = /\/runs\/flow-run\//
let current = EMPTY
const listeners = new Set<() => void>()

function set(facts: PageFacts): void {
  current = facts
  document.title = facts.title ? `${facts.title} · Orrery` : 'Orrery'
  for (const listener of listeners) listener()
}

/** Call once in every page. `crumbs` come after account and workspace; the last one is the page itself. */
export function usePage(facts: Partial<PageFacts> & { title: string }): void {
  const key = JSON.stringify(facts)
  useEffect(() => {
    const full = { ...EMPTY, ...(JSON.parse(key) as typeof facts) }
    set(full)
    return () => {
      if (current === full) set(EMPTY)
    }
  }, [key])
}

export const usePageFacts = (): PageFacts =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => (current === EMPTY && RUN_PAGE.test(location.pathname) ? COMING : current),
  )

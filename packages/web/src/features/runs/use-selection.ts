import { useCallback, useMemo, useState } from 'react'

export interface Selection<T> {
  /** The selected rows, also those that are not loaded (any more). */
  all: ReadonlyMap<string, T>
  /** Selects or deselects a row; with `range` also those between it and the last one. */
  toggle(run: T, range: boolean): void
  set(runs: readonly T[]): void
  clear(): void
}

export function useSelection<T extends { id: string }>(runs: readonly T[]): Selection<T> {
  const [all, setAll] = useState<ReadonlyMap<string, T>>(new Map())
  const [last, setLast] = useState<string | null>(null)
  const toggle = useCallback(
    (run: T, range: boolean): void => {
      const at = runs.findIndex((each) => each.id === run.id)
      const from = range ? runs.findIndex((each) => each.id === last) : at
      const [a, b] = [Math.min(at, from < 0 ? at : from), Math.max(at, from)]
      setAll((old) => {
        const next = new Map(old)
        const on = !old.has(run.id)
        for (const each of runs.slice(a, b + 1)) on ? next.set(each.id, each) : next.delete(each.id)
        return next
      })
      setLast(run.id)
    },
    [runs, last],
  )
  const set = useCallback((some: readonly T[]) => setAll(new Map(some.map((run) => [run.id, run]))), [])
  const clear = useCallback(() => setAll(new Map()), [])
  // What is known of a selected row is as new as the list; an action asks what it applies to.
  const current = useMemo(() => {
    if (all.size === 0) return all
    const fresh = new Map(all)
    for (const run of runs) if (fresh.has(run.id)) fresh.set(run.id, run)
    return fresh
  }, [all, runs])
  return { all: current, toggle, set, clear }
}

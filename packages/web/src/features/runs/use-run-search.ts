import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { RunSearch } from './search.ts'

/** Changes to an address: a value sets its key, `undefined` removes it. */
export type Patch<T> = { [K in keyof T]?: T[K] | undefined }

/** The search part of the address and how to change it; `push` makes the change one that Back undoes. */
export function useSearchState<T extends object>(): [T, (patch: Patch<T>, push?: boolean) => void] {
  // The caller names the shape; the route that it stands on has parsed it.
  const search = useSearch({ strict: false } as never) as unknown as T
  const navigate = useNavigate()
  const set = useCallback(
    (patch: Patch<T>, push = false): void => {
      void navigate({
        to: '.',
        search: (old: Record<string, unknown>) => ({ ...old, ...patch }),
        replace: !push,
        resetScroll: false,
      } as Parameters<typeof navigate>[0])
    },
    [navigate],
  )
  return [search, set]
}

/** What the address says of the log, as the `LogView` of a run or of a task run takes it. */
export const logSearch = (search: RunSearch, set: (patch: Patch<RunSearch>) => void) => ({
  level: search.level ?? 0,
  onLevel: (level: number) => set({ level: level || undefined }),
  query: search.q ?? '',
  onQuery: (q: string) => set({ q: q || undefined }),
  regex: search.re === 1,
  onRegex: (on: boolean) => set({ re: on ? 1 : undefined }),
  line: search.line ?? null,
  onLine: (line: string | undefined) => set({ line }),
  spanName: `attempt ${search.attempt}`,
  onClearSpan: () => set({ attempt: undefined }),
})

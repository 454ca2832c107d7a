import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

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

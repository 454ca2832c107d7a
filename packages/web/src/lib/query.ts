import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './api.ts'

/** Another try helps when the server or the way to it failed; a refusal stays a refusal. */
export function worthRetrying(failures: number, error: unknown): boolean {
  if (failures >= 2) return false
  if (!(error instanceof ApiError)) return false
  return error.status === 0 || error.status === 429 || error.status >= 500
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: worthRetrying,
        retryDelay: (attempt, error) =>
          error instanceof ApiError && error.retryAfter
            ? error.retryAfter * 1000
            : Math.min(8000, 500 * 2 ** attempt),
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        // The server may be on this machine while the network is down.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
}

import { queryOptions } from '@tanstack/react-query'
import { root } from '../../lib/api.ts'

export interface ApiKey {
  id: string
  created: string
  name: string
  expiration: string | null
  masked_key: string
  last_used: string | null
}

/** What the creation answers, and nothing ever after: the key itself. */
export interface NewKey {
  id: string
  created: string
  name: string
  expiration: string | null
  key: string
}

export const keysQuery = (userId: string) =>
  queryOptions({
    queryKey: ['users', userId, 'api_keys'],
    queryFn: ({ signal }) => root.get<ApiKey[]>(`/users/${userId}/api_keys`, { signal }),
  })

export const createKey = (
  userId: string,
  input: { name: string; expiration?: string | null },
): Promise<NewKey> => root.post<NewKey>(`/users/${userId}/api_keys`, input)

export const deleteKey = (userId: string, keyId: string): Promise<void> =>
  root.delete(`/users/${userId}/api_keys/${keyId}`)

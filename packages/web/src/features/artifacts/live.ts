// Events about artifacts, turned into patches of what is on the screen. The client that makes or changes an artifact
// tells of it; the server tells when a key has another latest.
import { useQueryClient } from '@tanstack/react-query'
import { type LiveEvent, useLiveEvents, useLiveGap } from '../../lib/live.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useThrottled } from '../runs/live.ts'
import { artifactKeys } from './queries.ts'
import { type Artifact, percentOf } from './types.ts'

export interface ArtifactChange {
  id: string
  /** What the client changed. */
  values: Record<string, unknown>
  occurred: string
}

const PREFIX = 'prefect.artifact.'
const PATCHED = ['data', 'description', 'metadata_']

/** What an event says was changed in an artifact; null for every other event. */
export function changeOf(event: LiveEvent): ArtifactChange | null {
  const resource = event.resource['prefect.resource.id'] ?? ''
  if (event.event !== 'prefect.artifact.updated' || !resource.startsWith(PREFIX)) return null
  const values = Object.fromEntries(Object.entries(event.payload).filter(([name]) => PATCHED.includes(name)))
  return { id: resource.slice(PREFIX.length), values, occurred: event.occurred }
}

/** Whether an event may add to a list of artifacts, or take from it. */
export const changesLists = (event: LiveEvent): boolean =>
  event.event === 'prefect.artifact.created' || event.event.startsWith('prefect.artifact-collection.')

/** A cached answer with the change, wherever the artifact stands in it. The same value when it stands nowhere. */
export function patched<T>(value: T, change: ArtifactChange): T {
  if (Array.isArray(value)) {
    const list = value.map((each) => patched(each as unknown, change))
    return list.some((each, index) => each !== value[index]) ? (list as T) : value
  }
  if (typeof value !== 'object' || value === null) return value
  const row = value as Record<string, unknown>
  if ((row.latest_id ?? row.id) === change.id) {
    // Answers and events overtake each other: what was read later knows more.
    if (typeof row.updated === 'string' && Date.parse(row.updated) > Date.parse(change.occurred)) return value
    return { ...value, ...change.values, updated: change.occurred }
  }
  if (!Array.isArray(row.results)) return value
  const results = patched(row.results, change)
  return results === row.results ? value : { ...value, results }
}

/** Keeps what is shown of artifacts up to date. */
export function useLiveArtifacts(): void {
  const ws = useWorkspace()
  const client = useQueryClient()
  const refresh = useThrottled(() => {
    void client.invalidateQueries({ queryKey: artifactKeys.lists(ws) })
  }, 1_000)
  useLiveEvents((event) => {
    const change = changeOf(event)
    if (change)
      client.setQueriesData({ queryKey: artifactKeys.all(ws) }, (old: unknown) =>
        old instanceof Map ? old : patched(old, change),
      )
    else if (changesLists(event)) refresh()
  })
  useLiveGap(() => void client.invalidateQueries({ queryKey: artifactKeys.all(ws) }))
}

/** How long after its last change progress is looked after. */
const GOING_MS = 15 * 60_000

/**
 * For `refetchInterval`: progress that is under way is asked for although the stream is live, since only the client
 * that moves it tells of that, and a plain HTTP client tells nothing.
 */
export function pollOf(
  artifact: Pick<Artifact, 'type' | 'data' | 'updated'> | undefined,
  poll: number | false,
  now: number = Date.now(),
): number | false {
  if (artifact?.type !== 'progress' || (percentOf(artifact.data) ?? 100) >= 100) return poll
  return now - Date.parse(artifact.updated ?? '') < GOING_MS ? 5_000 : poll
}

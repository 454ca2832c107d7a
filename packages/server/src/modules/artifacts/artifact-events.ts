import { type Labels, type Micros, type NewEvent, newId, parseJsonOrNull } from '@orrery/schemas'
import type { ArtifactRow, CollectionRow } from './artifacts.queries.ts'

/** What the server itself tells about artifacts; that one was made or changed is told by the client that did it. */
export function collectionEvent(
  action: 'created' | 'updated' | 'deleted',
  collection: CollectionRow,
  latest: ArtifactRow,
  now: Micros,
): NewEvent {
  const related: Labels[] = [
    { 'prefect.resource.id': `prefect.artifact.${latest.id}`, 'prefect.resource.role': 'latest' },
  ]
  for (const kind of ['flow-run', 'task-run'] as const) {
    const id = kind === 'flow-run' ? latest.flow_run_id : latest.task_run_id
    if (id !== null)
      related.push({ 'prefect.resource.id': `prefect.${kind}.${id}`, 'prefect.resource.role': kind })
  }
  return {
    id: newId(),
    occurred: now,
    event: `prefect.artifact-collection.${action}`,
    resource: {
      'prefect.resource.id': `prefect.artifact-collection.${collection.id}`,
      'prefect.resource.name': collection.key,
    },
    related,
    payload: {
      key: collection.key,
      type: latest.type,
      data: parseJsonOrNull(latest.data),
      description: latest.description,
    },
    follows: null,
  }
}

import { PREFECT_VERSION } from '@orrery/client'
import { newId } from '@orrery/schemas/ids'
import { systemNow, toIso } from '@orrery/schemas/instants'
import { RunCancelledError } from '../errors.ts'
import type { FlowScope } from './scopes.ts'

/** How often a run looks whether somebody cancelled it, in milliseconds. Mutable for tests. */
export const timings = { cancellationPollMillis: 10_000 }

/**
 * While a flow runs: heartbeats, by which the server knows that the process lives, and a look at the run's own state,
 * since a script has no worker that would be told of a cancellation.
 */
export function watchFlowRun(scope: FlowScope): () => void {
  const { session, run } = scope
  const seconds = session.settings.number('PREFECT_FLOWS_HEARTBEAT_FREQUENCY', 180)
  const beat = () => session.events.send(JSON.stringify(heartbeat(scope)))
  beat()
  const heartbeats = setInterval(beat, Math.max(30, seconds) * 1000).unref()
  const poll = setInterval(() => {
    session.client.flowRuns.read(run.id).then(
      ({ state_type: type, state_name: name }) => {
        if (type === 'CANCELLING' || type === 'CANCELLED') {
          scope.cancellation.cancel(new RunCancelledError(`The flow run was set to ${name} on the server.`))
        }
      },
      // The server is away: events and states wait for it, and so does this.
      () => undefined,
    )
    // Not unref'd: a program whose flow only waits must stay, or its run would be left Running for ever.
  }, timings.cancellationPollMillis)
  return () => {
    clearInterval(heartbeats)
    clearInterval(poll)
  }
}

function heartbeat(scope: FlowScope): Record<string, unknown> {
  const { run } = scope
  const tags = run.tags.map((tag) => ({
    'prefect.resource.id': `prefect.tag.${tag}`,
    'prefect.resource.role': 'tag',
  }))
  return {
    id: newId(),
    occurred: toIso(systemNow()),
    follows: null,
    event: 'prefect.flow-run.heartbeat',
    resource: {
      'prefect.resource.id': `prefect.flow-run.${run.id}`,
      'prefect.resource.name': run.name,
      'prefect.version': PREFECT_VERSION,
    },
    related: [...tags, ...scope.related.filter((entry) => entry['prefect.resource.role'] === 'flow')],
    payload: {},
  }
}

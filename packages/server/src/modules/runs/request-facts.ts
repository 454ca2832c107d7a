import type { CreatedBy } from '@orrery/schemas'
import { isUuid } from '@orrery/schemas'
import type { FastifyRequest } from 'fastify'
import type { WorkspaceScope } from '../../scope.ts'

const header = (request: FastifyRequest, name: string): string | null => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : null
}

/** What the rules are told about the client: `X-PREFECT-API-VERSION` and `prefect/X` of the User-Agent. */
export function clientVersions(request: FastifyRequest): {
  apiVersion: string | null
  clientVersion: string | null
} {
  const agent = header(request, 'user-agent')
  return {
    apiVersion: header(request, 'x-prefect-api-version'),
    clientVersion: agent === null ? null : (/\bprefect\/(\S+) \(API /.exec(agent)?.[1] ?? null),
  }
}

const ACTOR_TYPES: Partial<Record<WorkspaceScope['actor']['type'], string>> = {
  user: 'USER',
  service_account: 'SERVICE_ACCOUNT',
}

/** Who caused what the request creates: the automation that it names, else its caller. Nobody in local mode. */
export function creatorOf(request: FastifyRequest): CreatedBy | null {
  const automationId = header(request, 'prefect-automation-id')
  const encoded = header(request, 'prefect-automation-name')
  if (automationId && encoded && isUuid(automationId)) {
    const name = Buffer.from(encoded, 'base64').toString()
    if (name) return { id: automationId, type: 'AUTOMATION', display_value: name }
  }
  const { actor } = request.scope
  const type = ACTOR_TYPES[actor.type]
  return type ? { id: actor.id, type, display_value: actor.name } : null
}

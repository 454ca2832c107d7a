import type { FastifyInstance } from 'fastify'
import { DomainError } from '../errors.ts'

const OLDEST = [0, 8, 0] as const

export class ApiVersionRefused extends DomainError {
  constructor(version: string) {
    super(
      'bad_request',
      'api_version_refused',
      `The API version "${version}" is not spoken here: send ${OLDEST.join('.')} or later in X-PREFECT-API-VERSION, or leave it out.`,
    )
  }
}

/** Refuses clients of an API that is too old. Without the header a client takes what is newest. */
export function installApiVersionCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const version = request.headers['x-prefect-api-version']
    if (typeof version === 'string' && version !== '' && !isSpoken(version))
      throw new ApiVersionRefused(version)
  })
}

function isSpoken(version: string): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)
  if (!match) return false
  for (const [index, least] of OLDEST.entries()) {
    const part = Number(match[index + 1])
    if (part !== least) return part > least
  }
  return true
}

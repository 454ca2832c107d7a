import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Cli } from './cli.ts'
import { CliError } from './errors.ts'

// The page tells its reader the same.
const PATIENCE_SECONDS = 120
const LARGEST_BODY = 10_000

/**
 * Opens the sign-in page and waits until it posts a key to a one-shot server on this machine. The address to post to
 * holds a secret that only the opened page is told, so no other page can slip a key in.
 */
export async function loginWithBrowser(
  cli: Cli,
  uiUrl: string,
  patienceSeconds = PATIENCE_SECONDS,
): Promise<string> {
  const secret = `/${randomBytes(16).toString('hex')}`
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const server = createServer((request, response) => {
    receive(request, response, { secret, resolve, reject }).catch(reject)
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', listening)
  })
  const { port } = server.address() as AddressInfo
  const timer = setTimeout(
    () =>
      reject(
        new CliError(
          `No answer from the browser within ${patienceSeconds} seconds. Try again, or log in with a key: orrery cloud login --key KEY`,
        ),
      ),
    patienceSeconds * 1000,
  )
  try {
    const callback = `http://localhost:${port}${secret}`
    await cli.open(`${uiUrl}/auth/client?callback=${encodeURIComponent(callback)}`)
    cli.print('Waiting for the answer from the browser …')
    return await promise
  } finally {
    clearTimeout(timer)
    server.close()
    server.closeIdleConnections()
  }
}

interface Expected {
  secret: string
  resolve: (key: string) => void
  reject: (error: Error) => void
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  { secret, resolve, reject }: Expected,
): Promise<void> {
  const answer = (status: number, then?: () => void) => {
    response.writeHead(status, {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      // Browsers ask before a page of the network may reach this machine.
      'access-control-allow-private-network': 'true',
      connection: 'close',
    })
    response.end(() => then?.())
  }
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  if (path !== `${secret}/success` && path !== `${secret}/failure`) return answer(404)
  if (request.method === 'OPTIONS') return answer(204)
  if (request.method !== 'POST') return answer(405)
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > LARGEST_BODY) return answer(413)
  }
  const body = parse(text)
  if (path.endsWith('/failure')) {
    const reason = typeof body.reason === 'string' ? body.reason : 'it was refused in the browser'
    return answer(200, () => reject(new CliError(`Not logged in: ${reason}`)))
  }
  const key = body.api_key
  if (typeof key !== 'string' || key === '') return answer(422)
  answer(200, () => resolve(key))
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { SubscriptionRefusedError, subscribeToEvents, subscribeToLogs } from './subscribe.ts'

const servers: WebSocketServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate()
    server.close()
  }
})

/** A server that authenticates as ours does and then hands each connection to the test. */
async function serve(
  onFilter: (socket: WebSocket, filter: Record<string, unknown>, connection: number) => void,
) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  const messages: Record<string, unknown>[] = []
  let connections = 0
  server.on('connection', (socket) => {
    const connection = ++connections
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Record<string, unknown>
      messages.push(message)
      if (message.type !== 'auth') onFilter(socket, message.filter as Record<string, unknown>, connection)
      else if (message.token === 'wrong') socket.close(1008, 'Unauthorized')
      else socket.send('{"type":"auth_success"}')
    })
  })
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, messages }
}

const event = (id: string) => JSON.stringify({ type: 'event', event: { id, event: 'x' } })

test('events are yielded once each, also when a lost connection is opened again', async () => {
  const { apiUrl, messages } = await serve((socket, _filter, connection) => {
    socket.send(event('a'))
    socket.send(event(connection === 1 ? 'b' : 'c'))
    if (connection === 1) socket.close(1011, 'restarting')
  })
  const reasons: string[] = []
  const seen: string[] = []
  const options = { onReconnect: (reason: string) => void reasons.push(reason) }
  for await (const { id } of subscribeToEvents(
    { apiUrl, authString: 'user:pass' },
    { event: { name: ['x'] } },
    options,
  )) {
    seen.push(id)
    if (seen.length === 3) break
  }
  expect(seen).toEqual(['a', 'b', 'c'])
  expect(reasons).toEqual(['restarting'])
  expect(messages[0]).toEqual({ type: 'auth', token: 'user:pass' })
  expect(messages[1]).toMatchObject({ type: 'filter', filter: { event: { name: ['x'] } } })
})

test('the first filter asks for the minute before, so that nothing falls into the gap', async () => {
  let since = ''
  const { apiUrl } = await serve((socket, filter) => {
    since = (filter.occurred as { since: string }).since
    socket.send(event('a'))
  })
  for await (const _ of subscribeToEvents({ apiUrl }, {})) break
  expect(Date.now() - Date.parse(since)).toBeGreaterThanOrEqual(60_000)
})

test('log lines come as they are, and the subscription ends with its signal', async () => {
  const { apiUrl } = await serve((socket) =>
    socket.send(JSON.stringify({ type: 'log', log: { id: '1', message: 'hello' } })),
  )
  const controller = new AbortController()
  const lines: string[] = []
  for await (const line of subscribeToLogs({ apiUrl }, {}, { signal: controller.signal })) {
    lines.push(line.message)
    controller.abort()
  }
  expect(lines).toEqual(['hello'])
})

test('a refused key ends the subscription with an error that names the setting', async () => {
  const { apiUrl } = await serve(() => undefined)
  const next = subscribeToEvents({ apiUrl, apiKey: 'wrong' }, {}).next()
  await expect(next).rejects.toThrow(SubscriptionRefusedError)
  await expect(next).rejects.toThrow(/\/events\/out was refused \(Unauthorized\).*PREFECT_API_KEY/)
})

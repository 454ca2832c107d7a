import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  EventSender,
  type EventSenderOptions,
  EventsRefusedError,
  EventsUndeliveredError,
} from './event-sender.ts'

interface Stub {
  readonly received: string[]
  readonly headers: IncomingHttpHeaders[]
  readonly auths: unknown[]
  readonly sockets: WebSocket[]
  port: number
  /** Answer pings; switched off to hold back confirmation. */
  pong: boolean
  /** Stop reading after this many events of a connection, as a server that dies would. */
  dieAfter: number
  server: WebSocketServer
}

const senders: EventSender[] = []
const servers: WebSocketServer[] = []
afterEach(() => {
  for (const sender of senders.splice(0)) sender.close()
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate()
    server.close()
  }
})

async function listen(stub: Stub, port = 0): Promise<void> {
  const server = new WebSocketServer({ port, host: '127.0.0.1', autoPong: false })
  stub.server = server
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  stub.port = (server.address() as AddressInfo).port
  server.on('connection', (socket, request) => {
    stub.headers.push(request.headers)
    stub.sockets.push(socket)
    let awaitsAuth = socket.protocol === 'prefect'
    let count = 0
    socket.on('ping', (data) => {
      if (stub.pong) socket.pong(data)
    })
    socket.on('message', (data) => {
      const text = String(data)
      if (awaitsAuth) {
        awaitsAuth = false
        stub.auths.push(JSON.parse(text))
        socket.send('{"type":"auth_success"}')
        return
      }
      if (count++ >= stub.dieAfter) return socket.terminate()
      stub.received.push(text)
    })
  })
}

async function newStub(): Promise<Stub> {
  const stub: Stub = {
    received: [],
    headers: [],
    auths: [],
    sockets: [],
    port: 0,
    pong: true,
    dieAfter: Number.POSITIVE_INFINITY,
    server: undefined as unknown as WebSocketServer,
  }
  await listen(stub)
  return stub
}

function sender(stub: Stub, connection = {}, options: EventSenderOptions = {}): EventSender {
  const made = new EventSender(
    { apiUrl: `http://127.0.0.1:${stub.port}/api`, ...connection },
    { maxBackoffMillis: 100, ...options },
  )
  senders.push(made)
  return made
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `"${index}"`)

test('a server is greeted with the subprotocol and an auth message', async () => {
  const stub = await newStub()
  const events = sender(stub, { authString: 'user:pass' })
  events.send('"a"')
  await events.drain()
  expect(stub.headers[0]).toMatchObject({
    'sec-websocket-protocol': 'prefect',
    authorization: `Basic ${btoa('user:pass')}`,
  })
  expect(stub.auths).toEqual([{ type: 'auth', token: 'user:pass' }])
  expect(stub.received).toEqual(['"a"'])
})

test('a cloud gets the key as a header, no subprotocol and no auth message', async () => {
  const stub = await newStub()
  const events = sender(stub, { apiKey: 'pnu_x', cloudApiUrl: `http://127.0.0.1:${stub.port}/api` })
  events.send('"a"')
  await events.drain()
  expect(stub.headers[0]?.authorization).toBe('bearer pnu_x')
  expect(stub.headers[0]?.['sec-websocket-protocol']).toBeUndefined()
  expect(stub.auths).toEqual([])
  expect(stub.received).toEqual(['"a"'])
})

test('an event is kept until a pong confirms it', async () => {
  const stub = await newStub()
  stub.pong = false
  const events = sender(stub)
  for (const event of numbers(3)) events.send(event)
  await expect.poll(() => stub.received.length).toBe(3)
  expect(events.pending).toBe(3)
  await expect(events.drain(100)).rejects.toThrow(EventsUndeliveredError)
  stub.pong = true
  events.send('"more"')
  await events.drain()
  expect(events.pending).toBe(0)
})

test('what a lost connection had not confirmed is sent again, in order, and nothing is lost', async () => {
  const stub = await newStub()
  stub.pong = false
  const events = sender(stub)
  for (const event of numbers(10)) events.send(event)
  await expect.poll(() => stub.received.length).toBe(10)
  stub.pong = true
  stub.sockets[0]?.terminate()
  await events.drain()
  expect(stub.received).toEqual([...numbers(10), ...numbers(10)])
})

test('a server that dies again and again still gets every event', async () => {
  const stub = await newStub()
  stub.dieAfter = 700
  const events = sender(stub, {}, { checkpointEvents: 100 })
  for (const event of numbers(5000)) events.send(event)
  await events.drain()
  expect(stub.sockets.length).toBeGreaterThan(5)
  expect([...new Set(stub.received)]).toEqual(numbers(5000))
})

test('a server that is away is waited for', async () => {
  const stub = await newStub()
  const { port } = stub
  const events = sender(stub)
  events.send('"before"')
  await events.drain()
  for (const socket of stub.server.clients) socket.terminate()
  await new Promise((resolve) => stub.server.close(resolve))
  events.send('"while away"')
  await new Promise((resolve) => setTimeout(resolve, 300))
  await listen(stub, port)
  await events.drain()
  expect(stub.received).toEqual(['"before"', '"while away"'])
})

test('many unconfirmed events make producers wait until there is room', async () => {
  const stub = await newStub()
  stub.pong = false
  const events = sender(stub, {}, { highWaterMark: 100, checkpointEvents: 10 })
  for (const event of numbers(99)) events.send(event)
  expect(events.ready()).toBeUndefined()
  events.send('"one more"')
  const ready = events.ready()
  expect(ready).toBeInstanceOf(Promise)
  stub.pong = true
  events.send('"x"')
  await ready
  await events.drain()
  expect(events.pending).toBe(0)
})

test('a socket that is closed with 1008 is not tried again, and the error names the cure', async () => {
  const stub = await newStub()
  stub.server.removeAllListeners('connection')
  stub.server.on('connection', (socket) => socket.close(1008, 'Unauthorized'))
  const warnings: string[] = []
  const events = sender(stub, {}, { onWarning: (message) => warnings.push(message) })
  events.send('"a"')
  await expect(events.drain()).rejects.toThrow(EventsRefusedError)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(/Unauthorized.*PREFECT_API_KEY.*PREFECT_CLOUD_API_URL/)
  expect(events.ready()).toBeUndefined()
})

/**
 * A closed-loop HTTP load on raw keep-alive sockets: each connection sends its next request when the last is answered.
 * No HTTP library, so that one core drives far more than the servers answer (the bench's first line proves it).
 */
import { connect, type Socket } from 'node:net'

export type Call = { method: string; path: string; body: string }

export type LoadOptions = {
  host: string
  port: number
  headers: Record<string, string>
  connections: number
  /** Answers before this are not counted. */
  warmupSeconds: number
  seconds: number
  /** Upper bound of calls per second over all connections; absent = as fast as it answers. */
  rate?: number
  next(connection: number): Call
  answered?(connection: number, status: number, body: string): void
}

export type LoadResult = {
  /** Successful (2xx) answers per second. */
  perSecond: number
  ok: number
  /** Answers by status, other than 2xx; `lost` = connections that the server closed. */
  refused: Record<string, number>
  latency: { p50: number; p95: number; p99: number; max: number }
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  const refused: Record<string, number> = {}
  let ok = 0
  const begin = performance.now() + options.warmupSeconds * 1000
  const end = begin + options.seconds * 1000
  const pause = options.rate ? (options.connections / options.rate) * 1000 : 0
  const count = (key: string) => {
    refused[key] = (refused[key] ?? 0) + 1
  }
  await Promise.all(
    Array.from({ length: options.connections }, (_, index) =>
      drive(options, index, pause, end, (status, started) => {
        const now = performance.now()
        if (now < begin || now > end) return
        if (status >= 200 && status < 300) {
          ok++
          latencies.push(now - started)
        } else count(status === 0 ? 'lost' : String(status))
      }),
    ),
  )
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN
  return {
    perSecond: ok / options.seconds,
    ok,
    refused,
    latency: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
  }
}

type Count = (status: number, started: number) => void

/** One connection until the end; what is under way then is dropped. */
function drive(options: LoadOptions, index: number, pause: number, end: number, count: Count): Promise<void> {
  const head = Object.entries({ host: `${options.host}:${options.port}`, ...options.headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  return new Promise((resolve) => {
    let socket: Socket
    let started = 0
    let due = performance.now() + Math.random() * pause
    let received: Buffer = Buffer.alloc(0)
    let over = false
    const finish = () => {
      if (over) return
      over = true
      socket.destroy()
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(finish, end - performance.now())
    const send = () => {
      if (over) return
      const wait = due - performance.now()
      if (pause > 0 && wait > 1) {
        setTimeout(send, wait)
        return
      }
      due = Math.max(due + pause, performance.now() - 1000)
      const call = options.next(index)
      started = performance.now()
      socket.write(
        `${call.method} ${call.path} HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(call.body)}\r\n\r\n${call.body}`,
      )
    }
    const onData = (data: Buffer) => {
      received = received.length === 0 ? data : Buffer.concat([received, data])
      const answer = parseAnswer(received)
      if (!answer) return
      received = Buffer.alloc(0)
      count(answer.status, started)
      options.answered?.(index, answer.status, answer.body)
      send()
    }
    const open = () => {
      if (over) return
      socket = connect({ host: options.host, port: options.port, noDelay: true }, send)
      socket.on('data', onData)
      socket.on('error', () => {})
      socket.on('close', () => {
        if (over) return
        if (performance.now() >= end) return finish()
        count(0, started)
        received = Buffer.alloc(0)
        setTimeout(open, 50)
      })
    }
    open()
  })
}

function parseAnswer(data: Buffer): { status: number; body: string } | undefined {
  const headEnd = data.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = data.toString('latin1', 0, headEnd)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) {
    const bodyEnd = headEnd + 4 + Number(length[1])
    return data.length < bodyEnd ? undefined : { status, body: data.toString('utf8', headEnd + 4, bodyEnd) }
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    if (!data.subarray(-5).equals(Buffer.from('0\r\n\r\n'))) return undefined
    return { status, body: unchunk(data.toString('utf8', headEnd + 4)) }
  }
  return { status, body: '' }
}

function unchunk(text: string): string {
  let rest = text
  let body = ''
  for (;;) {
    const line = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.slice(0, line), 16)
    if (!size) return body
    body += rest.slice(line + 2, line + 2 + size)
    rest = rest.slice(line + 4 + size)
  }
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoffMs, LiveStream } from './live.ts'

class FakeSocket {
  static all: FakeSocket[] = []
  sent: Record<string, unknown>[] = []
  closed = false
  onopen: (() => void) | null = null
  onmessage: ((message: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  readonly url: string
  constructor(url: string) {
    this.url = url
    FakeSocket.all.push(this)
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, unknown>)
  }
  close() {
    this.closed = true
  }
  open() {
    this.onopen?.()
  }
  receive(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
  goLive() {
    this.open()
    this.receive({ type: 'auth_success', now: '2026-01-02T03:04:05.000000Z' })
    this.receive({ type: 'subscribed' })
  }
}

const cleanup: (() => void)[] = []
let hidden = false
const setHidden = (value: boolean) => {
  hidden = value
  document.dispatchEvent(new Event('visibilitychange'))
}
const last = () => FakeSocket.all.at(-1) as FakeSocket

function makeStream() {
  let connections = 0
  return new LiveStream({
    url: 'ws://x/api/events/out',
    filter: () => ({ connection: ++connections }),
    makeSocket: (url) => new FakeSocket(url) as unknown as WebSocket,
    hiddenGraceMs: 1000,
    random: () => 1,
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.all = []
  hidden = false
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
})
afterEach(() => {
  for (const off of cleanup.splice(0)) off()
  vi.useRealTimers()
})

describe('a live stream', () => {
  it('authenticates by its cookie, then asks for what it wants, and is live', () => {
    const stream = makeStream()
    cleanup.push(stream.subscribe(() => {}))
    expect(stream.status).toBe('connecting')
    last().open()
    expect(last().sent).toEqual([{ type: 'auth', token: null }])
    last().receive({ type: 'auth_success', now: '2026-01-02T03:04:05.000000Z' })
    expect(last().sent[1]).toMatchObject({ type: 'filter', filter: { connection: 1 }, acknowledge: true })
    expect(stream.status).toBe('connecting')
    last().receive({ type: 'subscribed' })
    expect(stream.status).toBe('live')
    expect(stream.gaps).toBe(0)
  })

  it('has what happened since the page began to load replayed, by the server’s clock', () => {
    const stream = makeStream()
    cleanup.push(stream.subscribe(() => {}))
    vi.advanceTimersByTime(3_000)
    last().goLive()
    expect(last().sent[1]).toMatchObject({ backfill_since: '2026-01-02T03:03:57.000Z' })
  })

  it('that comes late has pages ask anew: they had loaded long before', () => {
    const stream = makeStream()
    cleanup.push(stream.subscribe(() => {}))
    last().onclose?.()
    vi.advanceTimersByTime(500)
    last().goLive()
    expect(stream.gaps).toBe(1)
    hidden = true
    const background = makeStream()
    cleanup.push(background.subscribe(() => {}))
    expect(background.status).toBe('paused')
    setHidden(false)
    last().goLive()
    expect(background.gaps).toBe(1)
  })

  it('is one socket for all its listeners, closed when the last one leaves', () => {
    const stream = makeStream()
    const seen: string[] = []
    const offA = stream.subscribe((frame) => seen.push(`a ${frame.type}`))
    const offB = stream.subscribe((frame) => seen.push(`b ${frame.type}`))
    expect(FakeSocket.all).toHaveLength(1)
    last().goLive()
    last().receive({ type: 'event' })
    expect(seen).toEqual(['a event', 'b event'])
    offA()
    expect(last().closed).toBe(false)
    offB()
    expect(last().closed).toBe(true)
    expect(stream.status).toBe('idle')
  })

  it('reconnects with growing delays, filters anew, and counts the gap', () => {
    const stream = makeStream()
    cleanup.push(stream.subscribe(() => {}))
    last().goLive()
    last().onclose?.()
    expect(stream.status).toBe('reconnecting')
    vi.advanceTimersByTime(499)
    expect(FakeSocket.all).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(FakeSocket.all).toHaveLength(2)
    last().onclose?.()
    vi.advanceTimersByTime(999)
    expect(FakeSocket.all).toHaveLength(2)
    vi.advanceTimersByTime(1)
    last().goLive()
    expect(stream.status).toBe('live')
    expect(stream.gaps).toBe(1)
    expect(last().sent[1]).toMatchObject({ filter: { connection: 2 } })
  })

  it('takes a socket that never answers for dead', () => {
    const stream = makeStream()
    cleanup.push(stream.subscribe(() => {}))
    last().open()
    vi.advanceTimersByTime(10_000)
    expect(last().closed).toBe(true)
    expect(stream.status).toBe('reconnecting')
  })

  it('pauses in a hidden tab after a while, and comes back at once with a gap', () => {
    const stream = makeStream()
    cleanup.push(stream.subscribe(() => {}))
    last().goLive()
    setHidden(true)
    vi.advanceTimersByTime(999)
    expect(stream.status).toBe('live')
    vi.advanceTimersByTime(1)
    expect(stream.status).toBe('paused')
    expect(last().closed).toBe(true)
    setHidden(false)
    expect(FakeSocket.all).toHaveLength(2)
    last().goLive()
    expect(stream.gaps).toBe(1)
  })

  it('stays connected through a short look at another tab', () => {
    const stream = makeStream()
    cleanup.push(stream.subscribe(() => {}))
    last().goLive()
    setHidden(true)
    vi.advanceTimersByTime(500)
    setHidden(false)
    vi.advanceTimersByTime(5000)
    expect(FakeSocket.all).toHaveLength(1)
    expect(stream.status).toBe('live')
  })

  it('ignores frames that are not JSON and late frames of a socket it gave up', () => {
    const stream = makeStream()
    const seen: string[] = []
    cleanup.push(stream.subscribe((frame) => seen.push(frame.type)))
    const first = last()
    first.goLive()
    first.onmessage?.({ data: 'not json' })
    first.onclose?.()
    vi.advanceTimersByTime(500)
    first.receive({ type: 'event' })
    expect(seen).toEqual([])
  })
})

describe('the delay before another attempt', () => {
  it('doubles from half a second to half a minute', () => {
    expect([0, 1, 2, 6, 20].map((n) => backoffMs(n, () => 1))).toEqual([500, 1000, 2000, 30_000, 30_000])
  })
  it('is random in its second half', () => {
    expect(backoffMs(2, () => 0)).toBe(1000)
  })
})

describe('a hidden tab', () => {
  it('hears what came meanwhile when it is shown again, and nothing before', () => {
    const stream = makeStream()
    const seen: string[] = []
    cleanup.push(stream.subscribe((frame) => seen.push(frame.type)))
    last().goLive()
    setHidden(true)
    last().receive({ type: 'event' })
    last().receive({ type: 'log' })
    expect(seen).toEqual([])
    setHidden(false)
    expect(seen).toEqual(['event', 'log'])
    expect(stream.gaps).toBe(0)
  })

  it('gives up its socket early when too much comes, and asks anew when it is shown', () => {
    const stream = makeStream()
    const seen: string[] = []
    cleanup.push(stream.subscribe((frame) => seen.push(frame.type)))
    last().goLive()
    setHidden(true)
    for (let i = 0; i <= 500; i++) last().receive({ type: 'event' })
    expect(stream.status).toBe('paused')
    setHidden(false)
    last().goLive()
    expect(seen).toEqual([])
    expect(stream.gaps).toBe(1)
  })
})

it('a stream that cannot be opened several times is said to be polling', () => {
  const stream = makeStream()
  cleanup.push(stream.subscribe(() => {}))
  const statuses = []
  for (let i = 0; i < 4; i++) {
    last().onclose?.()
    statuses.push(stream.status)
    vi.advanceTimersByTime(4_000)
  }
  expect(statuses).toEqual(['reconnecting', 'reconnecting', 'reconnecting', 'polling'])
  expect(stream.status).toBe('polling')
  last().goLive()
  expect(stream.status).toBe('live')
})

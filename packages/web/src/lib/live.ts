/**
 * Live data: one socket per workspace and stream, shared by whoever subscribes.
 *
 * A hidden tab tells its pages nothing, so that they ask nothing; what came is told when it is shown again. It closes
 * its socket after a minute (laptops sleep, and an unread socket makes the server buffer);
 * coming back reconnects and tells subscribers that they may have missed something, so that they refetch.
 * While the socket is down, pages poll: see `usePollInterval`.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useWorkspace } from './workspace.ts'

/** `reconnecting` has just been lost; `polling` has been out of reach for several attempts. */
export type LiveStatus = 'idle' | 'connecting' | 'live' | 'paused' | 'reconnecting' | 'polling'

export interface LiveEvent {
  id: string
  event: string
  occurred: string
  resource: Record<string, string>
  related: Record<string, string>[]
  payload: Record<string, unknown>
}

export interface LiveLog {
  id: string
  name: string
  level: number
  message: string
  timestamp: string
  flow_run_id: string | null
  task_run_id: string | null
}

interface Frame {
  type: string
  reason?: string
  /** The server's time, in `auth_success`. */
  now?: string
  event?: LiveEvent
  log?: LiveLog
}

type Filter = Record<string, unknown>

export interface StreamOptions {
  url: string
  /** Computed anew for each connection, whose time bounds must not be those of the first one. */
  filter: () => Filter
  /** Tests bring their own socket, clock-driven delays and document. */
  makeSocket?: (url: string) => WebSocket
  hiddenGraceMs?: number
  random?: () => number
}

const MINUTE = 60_000
const iso = (ms: number) => new Date(ms).toISOString()

const BACKOFF_MIN_MS = 500
const BACKOFF_MAX_MS = 30_000
/** What happened shortly before a connection began may not have been in what the page loaded meanwhile. */
const OVERLAP_MS = 5_000
/** A connection that says nothing for this long after opening is taken for dead. */
const HANDSHAKE_MS = 10_000

/** Attempts after which it is said that there is no stream, rather than that there soon will be. */
const PATIENCE = 3
/** More frames than this are not kept for a hidden tab: it asks anew when it is shown. */
const HELD_MOST = 500

/** The delay before attempt `n` (from 0): doubling, capped, with half of it random so that clients spread out. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** attempt)
  return full / 2 + (random() * full) / 2
}

/**
 * One socket with Prefect's subscriber handshake (`auth`, then `filter`), kept alive while somebody listens. It is live
 * once the server has said that the subscription stands: what is asked for after that, and what is told, leave no gap.
 */
export class LiveStream {
  status: LiveStatus = 'idle'
  /** How often the stream came, or came back, late; a change means that data may have been missed. */
  gaps = 0
  private socket: WebSocket | undefined
  private attempt = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private handshake: ReturnType<typeof setTimeout> | undefined
  private wasLive = false
  /** The pages have just begun to load: the stream's replay covers what they may miss. */
  private prompt = false
  private began = 0
  private held: Frame[] = []
  private readonly frames = new Set<(frame: Frame) => void>()
  private readonly watchers = new Set<() => void>()
  private readonly options: StreamOptions

  constructor(options: StreamOptions) {
    this.options = options
  }

  /** Listens to frames; the first listener connects, the last one to leave disconnects. */
  subscribe(listener: (frame: Frame) => void): () => void {
    this.frames.add(listener)
    if (this.frames.size === 1) this.start()
    return () => {
      this.frames.delete(listener)
      if (this.frames.size === 0) this.stop()
    }
  }

  watch = (listener: () => void): (() => void) => {
    this.watchers.add(listener)
    return () => this.watchers.delete(listener)
  }

  private set(status: LiveStatus): void {
    if (this.status === status) return
    this.status = status
    for (const listener of this.watchers) listener()
  }

  private start(): void {
    document.addEventListener('visibilitychange', this.onVisibility)
    addEventListener('online', this.onOnline)
    this.prompt = !document.hidden
    this.began = performance.now()
    if (document.hidden) this.set('paused')
    else this.connect('connecting')
  }

  private stop(): void {
    document.removeEventListener('visibilitychange', this.onVisibility)
    removeEventListener('online', this.onOnline)
    this.close()
    this.wasLive = false
    this.attempt = 0
    this.set('idle')
  }

  private onVisibility = (): void => {
    clearTimeout(this.timer)
    if (document.hidden) {
      this.timer = setTimeout(this.pause, this.options.hiddenGraceMs ?? 60_000)
    } else if (this.status === 'live') {
      const held = this.held
      this.held = []
      for (const frame of held) this.tell(frame)
    } else {
      this.attempt = 0
      this.connect(this.wasLive ? 'reconnecting' : 'connecting')
    }
  }

  private pause = (): void => {
    this.close()
    this.prompt = false
    this.set('paused')
  }

  private onOnline = (): void => {
    if ((this.status === 'reconnecting' || this.status === 'polling') && !document.hidden) {
      this.attempt = 0
      this.connect('reconnecting')
    }
  }

  private close(): void {
    clearTimeout(this.timer)
    clearTimeout(this.handshake)
    this.held = []
    const socket = this.socket
    this.socket = undefined
    socket?.close()
  }

  private connect(status: LiveStatus): void {
    this.close()
    this.set(status)
    const socket = (this.options.makeSocket ?? ((url) => new WebSocket(url, ['prefect'])))(this.options.url)
    this.socket = socket
    if (!this.prompt) this.began = performance.now()
    const mine = () => this.socket === socket
    this.handshake = setTimeout(() => {
      if (mine()) this.lost()
    }, HANDSHAKE_MS)
    socket.onopen = () => {
      if (mine()) socket.send(JSON.stringify({ type: 'auth', token: null }))
    }
    socket.onmessage = (message: MessageEvent) => {
      if (mine()) this.receive(socket, String(message.data))
    }
    socket.onclose = () => {
      if (mine()) this.lost()
    }
  }

  private receive(socket: WebSocket, data: string): void {
    let frame: Frame
    try {
      frame = JSON.parse(data) as Frame
    } catch {
      return // Not ours; the next frame may be.
    }
    if (frame.type === 'auth_success') {
      const now = frame.now ? Date.parse(frame.now) : Date.now()
      const since = now - (performance.now() - this.began) - OVERLAP_MS
      const filter = this.options.filter()
      socket.send(JSON.stringify({ type: 'filter', filter, backfill_since: iso(since), acknowledge: true }))
      return
    }
    if (frame.type === 'subscribed') {
      clearTimeout(this.handshake)
      this.attempt = 0
      if (!this.prompt) this.gaps++
      this.prompt = false
      this.wasLive = true
      this.set('live')
      if (this.gaps > 0) for (const listener of this.watchers) listener()
      return
    }
    if (!document.hidden) this.tell(frame)
    else if (this.held.push(frame) > HELD_MOST) this.pause()
  }

  private tell(frame: Frame): void {
    for (const listener of this.frames) listener(frame)
  }

  private lost(): void {
    this.close()
    this.prompt = false
    if (document.hidden) {
      this.set('paused')
      return
    }
    const status = this.attempt < PATIENCE ? 'reconnecting' : 'polling'
    this.set(status)
    this.timer = setTimeout(() => this.connect(status), backoffMs(this.attempt++, this.options.random))
  }
}

const streams = new Map<string, LiveStream>()

/** The shared stream for an address and filter. Streams are few (a workspace or two) and idle ones hold no socket. */
export function streamFor(url: string, filterKey: string, filter: () => Filter): LiveStream {
  const key = `${url} ${filterKey}`
  let stream = streams.get(key)
  if (!stream) {
    stream = new LiveStream({ url, filter })
    streams.set(key, stream)
  }
  return stream
}

/** Everything that is told from now on, also late or by a clock that is behind; pages filter what concerns them. */
const eventsFilter = (): Filter => ({
  occurred: { since: iso(Date.now() - MINUTE), until: iso(Date.now() + 365 * 24 * 60 * MINUTE) },
})

function useEventStream(): LiveStream {
  const workspace = useWorkspace()
  return streamFor(workspace.socketUrl('/events/out'), 'all', eventsFilter)
}

/** Calls `listener` with each event of the workspace. */
export function useLiveEvents(listener: (event: LiveEvent) => void): void {
  const stream = useEventStream()
  const latest = useRef(listener)
  latest.current = listener
  useEffect(
    () =>
      stream.subscribe((frame) => {
        if (frame.type === 'event' && frame.event) latest.current(frame.event)
      }),
    [stream],
  )
}

/** The state of the workspace's event stream, for the indicator in the top bar. */
export function useLiveStatus(): LiveStatus {
  const stream = useEventStream()
  return useSyncExternalStore(stream.watch, () => stream.status)
}

/** Calls `onGap` when the stream came back after a gap: what was loaded before may be out of date. */
export function useLiveGap(onGap: () => void): void {
  const stream = useEventStream()
  const gaps = useSyncExternalStore(stream.watch, () => stream.gaps)
  const seen = useRef(gaps)
  const latest = useRef(onGap)
  latest.current = onGap
  useEffect(() => {
    if (seen.current === gaps) return
    seen.current = gaps
    latest.current()
  }, [gaps])
}

/**
 * For a query's `refetchInterval`: `false` while the stream is live (events patch the cache) or paused (nobody
 * looks), otherwise the interval.
 */
export function usePollInterval(intervalMs = 30_000): number | false {
  const status = useLiveStatus()
  return status === 'live' || status === 'paused' ? false : intervalMs
}

/** Calls `listener` with each log line of a flow run or task run as it arrives. `undefined` listens to nothing. */
export function useLiveLogs(
  of: { flow_run_id?: string; task_run_id?: string } | undefined,
  listener: (log: LiveLog) => void,
): LiveStatus {
  const workspace = useWorkspace()
  const key = JSON.stringify(of ?? null)
  const stream = streamFor(workspace.socketUrl('/logs/out'), key, () => ({
    level: { ge_: 0 },
    ...(of?.flow_run_id && { flow_run_id: { any_: [of.flow_run_id] } }),
    ...(of?.task_run_id && { task_run_id: { any_: [of.task_run_id] } }),
  }))
  const latest = useRef(listener)
  latest.current = listener
  const on = of !== undefined
  useEffect(() => {
    if (!on) return
    return stream.subscribe((frame) => {
      if (frame.type === 'log' && frame.log) latest.current(frame.log)
    })
  }, [stream, on])
  return useSyncExternalStore(stream.watch, () => stream.status)
}

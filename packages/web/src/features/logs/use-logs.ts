import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import { type LiveLog, useLiveGap, useLiveLogs } from '../../lib/live.ts'
import { useWorkspace, type Workspace } from '../../lib/workspace.ts'
import { LogStore } from './log-store.ts'

/** The first lines come soon, the rest in few requests. */
const FIRST_PAGE = 500
const PAGE = 5_000

export interface RunLogs {
  store: LogStore
  version: number
  loading: boolean
  error: unknown
  retry(): void
}
export type LogSource = { flow_run_id: string } | { task_run_id: string }

interface Page {
  lines: LiveLog[]
  /** Where the next page begins; null after the last. */
  next: string | null
}

/** A page from a place on: places are never skipped and never read twice, also while lines are being written. */
const loadPage = (
  ws: Workspace,
  source: LogSource,
  from: { after: string } | { since: string } | Record<string, never>,
  limit: number,
  signal: AbortSignal,
): Promise<Page> => ws.api.get<Page>('/ui/logs', { query: { ...source, ...from, limit }, signal })

/** All lines of a run: its past by pages, its present by the socket; polled while the socket is down. */
export function useRunLogs(source: LogSource, live: boolean): RunLogs {
  const ws = useWorkspace()
  const key = JSON.stringify(source)
  const [store, setStore] = useState(() => new LogStore())
  const owner = useRef(key)
  // A count of changes, not the store's own: a new store may have had as many as the old one.
  const [version, changed] = useReducer((n: number) => n + 1, 0)
  const [loading, setLoading] = useState(true)
  const [error, setError] = useState<unknown>(null)
  const [round, setRound] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the source, `round` asks again
  useEffect(() => {
    let target = store
    if (owner.current !== key) {
      owner.current = key
      target = new LogStore()
      setStore(target)
    }
    const control = new AbortController()
    // Lines of several processes arrive out of order, so the last ten seconds are asked for again.
    const newest = target.lines.at(-1)
    const last = target.complete && newest ? new Date(newest.at - 10_000).toISOString() : null
    setLoading(!target.complete)
    setError(null)
    const load = async (): Promise<void> => {
      let from: Parameters<typeof loadPage>[2] = last ? { since: last } : {}
      let limit = FIRST_PAGE
      while (!target.full) {
        const page = await loadPage(ws, source, from, limit, control.signal)
        target.add(page.lines)
        changed()
        if (page.next === null) break
        from = { after: page.next }
        limit = PAGE
      }
      target.complete = true
      setLoading(false)
    }
    load().catch((cause: unknown) => {
      if (control.signal.aborted) return
      setError(cause)
      setLoading(false)
    })
    return () => control.abort()
  }, [key, round, ws])

  // Lines come in bursts; they are shown once per frame.
  const waiting = useRef<LiveLog[]>([])
  const frame = useRef(0)
  const current = useRef(store)
  current.current = store
  useEffect(() => () => cancelAnimationFrame(frame.current), [])
  const status = useLiveLogs(live ? source : undefined, (log) => {
    waiting.current.push(log)
    if (frame.current) return
    frame.current = requestAnimationFrame(() => {
      frame.current = 0
      current.current.add(waiting.current.splice(0))
      changed()
    })
  })
  const retry = useCallback(() => setRound((n) => n + 1), [])
  useLiveGap(retry)
  const polling = live && status !== 'live' && status !== 'paused'
  useEffect(() => {
    if (!polling) return
    const timer = setInterval(retry, 5_000)
    return () => clearInterval(timer)
  }, [polling, retry])
  // The socket has no past: what was written between the first page and its opening is asked for once.
  const opened = status === 'live'
  useEffect(() => {
    if (live && opened) retry()
  }, [live, opened, retry])
  // The last lines of a run arrive after its end, in a batch of the client.
  const wasLive = useRef(live)
  useEffect(() => {
    if (wasLive.current && !live) {
      const timer = setTimeout(retry, 2_500)
      return () => clearTimeout(timer)
    }
    wasLive.current = live
    return undefined
  }, [live, retry])
  return { store, version, loading, error, retry }
}

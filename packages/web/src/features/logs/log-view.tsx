import { useVirtualizer } from '@tanstack/react-virtual'
import { clsx } from 'clsx'
import {
  type KeyboardEvent,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { Button, copyText, EmptyState, ErrorState, Loading, toast } from '../../components/ui/index.ts'
import { clock, count, plural } from '../../lib/format.ts'
import { useStored, useZone } from '../../lib/preferences.ts'
import { stripAnsi } from './ansi.ts'
import { Line } from './log-line.tsx'
import { filterLines, type LogLine, levelWord, MOST_LINES, pattern, searchLines } from './log-store.ts'
import { LogToolbar } from './log-toolbar.tsx'
import './logs.css'
import type { RunLogs } from './use-logs.ts'

export interface LogViewProps {
  logs: RunLogs
  /** The run goes on: new lines are expected. */
  live: boolean
  level: number
  onLevel(level: number): void
  query: string
  onQuery(query: string): void
  /** The query is a regular expression. */
  regex: boolean
  onRegex(on: boolean): void
  /** The line that a link points to. */
  line: string | null
  onLine(id: string): void
  tasks: ReadonlySet<string> | null
  taskNames: ReadonlyMap<string, string>
  onClearTasks?: (() => void) | undefined
  onTask?: ((id: string) => void) | undefined
  /** Only lines of this time (milliseconds since the epoch), as of an attempt. */
  span?: readonly [number, number] | null
  spanName?: string | undefined
  onClearSpan?: (() => void) | undefined
  downloadUrl?: string | undefined
  startedAt?: string | null | undefined
  endedAt?: string | null | undefined
}

type Item = { kind: 'line'; line: LogLine; index: number } | { kind: 'day'; text: string }
const ROW = 20
/** Width of a character, and of what stands beside the text: the time and the margins. */
const CHARACTER = 7.02
const ASIDE = 130
/** Tracebacks are mostly folded. */
const MOST_ROWS = 12

function lineUrl(id: string): string {
  const params = new URLSearchParams(location.search)
  params.set('line', id)
  return `${location.pathname}?${params}`
}

/** Lines of a run: streaming, held at the tail, searchable; 100,000 of them scroll like ten. */
export function LogView(props: LogViewProps) {
  const { logs, level, query, regex, tasks, live, span = null } = props
  const { store, version } = logs
  const [zone] = useZone()
  const [wrapSetting, setWrapSetting] = useStored('log-wrap')
  const wrap = wrapSetting !== 'off'
  const [timeSetting, setTimeSetting] = useStored('log-time')
  const relative = timeSetting === 'relative'
  const since = relative && props.startedAt ? Date.parse(props.startedAt) : null
  const [searching, setSearching] = useState(query !== '')
  const [match, setMatch] = useState(0)
  const scroller = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: version stands for the lines of the store
  const lines = useMemo(
    () => filterLines(store.lines, { level, tasks, span }),
    [store, version, level, tasks, span],
  )
  const items = useMemo(() => withDays(lines, zone), [lines, zone])
  const rowOf = useMemo(() => {
    const rows = new Int32Array(lines.length)
    items.forEach((item, row) => {
      if (item.kind === 'line') rows[item.index] = row
    })
    return rows
  }, [items, lines])
  // Typing goes on while a hundred thousand lines are searched.
  const text = useDeferredValue(query)
  const asked = useMemo(() => pattern({ text, regex }), [text, regex])
  const find = asked === 'invalid' ? null : asked
  const found = useMemo(() => searchLines(lines, find), [lines, find])

  // A new function would have the places of all lines computed anew, at each frame.
  const keyOf = useCallback(
    (i: number): string => {
      const item = items[i]
      return item?.kind === 'line' ? item.line.id : (item?.text ?? '')
    },
    [items],
  )
  // The nearer the guess at heights, the less moves when lines that come into sight are measured.
  const perRow = Math.max(20, Math.floor(((scroller.current?.clientWidth ?? 500) - ASIDE) / CHARACTER))
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => {
      const item = items[i]
      return item?.kind === 'line' ? ROW * rowsOf(item.line, wrap ? perRow : Infinity) : ROW
    },
    getItemKey: keyOf,
    overscan: 8,
    initialRect: { width: 500, height: 500 },
  })

  // A jump to the tail is made over several frames, and its scroll events come later still. Who scrolls away meanwhile is
  // not pulled back: the tail counts again once it has been left. A jump that lands short is not one who scrolls away.
  const leaving = useRef(false)
  const top = useRef(0)

  // Held at the tail: new lines push the old ones up, until the reader scrolls away.
  const [held, setHeld] = useState(props.line === null && live)
  const seen = useRef(0)
  useEffect(() => {
    if (!held) return
    leaving.current = false
    if (items.length) rows.scrollToIndex(items.length - 1, { align: 'end' })
    seen.current = lines.length
  }, [held, items.length, lines.length, rows])
  const leave = (): void => {
    if (!held || !scroller.current?.scrollTop) return
    rows.cancelScroll()
    leaving.current = true
    setHeld(false)
  }
  const onScroll = (): void => {
    const element = scroller.current
    if (!element) return
    const { scrollTop } = element
    const up = scrollTop < top.current
    top.current = scrollTop
    if (element.scrollHeight - scrollTop - element.clientHeight < 12) {
      if (!leaving.current) setHeld(live)
      return
    }
    leaving.current = false
    if (up && held && live) {
      rows.cancelScroll()
      setHeld(false)
    }
  }

  // A linked line is brought into the middle once it is there; one that is being looked at stays where it is.
  const target = useMemo(
    () => (props.line ? lines.findIndex((line) => line.id === props.line) : -1),
    [lines, props.line],
  )
  const jumped = useRef<string | null>(null)
  useEffect(() => {
    if (target < 0 || jumped.current === props.line) return
    jumped.current = props.line
    setHeld(false)
    rows.scrollToIndex(rowOf[target] ?? 0, { align: 'center' })
  }, [target, props.line, rowOf, rows])
  const { onLine, onTask } = props
  const latest = useRef({ onLine, onTask })
  latest.current = { onLine, onTask }
  const link = useCallback((id: string): void => {
    jumped.current = id
    latest.current.onLine(id)
  }, [])
  const choose = useCallback((id: string): void => latest.current.onTask?.(id), [])

  const go = (step: number): void => {
    if (!found.length) return
    const next = (match + step + found.length) % found.length
    setMatch(next)
    setHeld(false)
    rows.scrollToIndex(rowOf[found[next]!] ?? 0, { align: 'center' })
  }
  // Only a new question moves the view, once it has an answer; lines that arrive later do not.
  const answered = useRef<RegExp | null>(null)
  const first = found[0]
  useEffect(() => {
    if (answered.current === find) return
    setMatch(0)
    if (find && first === undefined) return
    answered.current = find
    if (first === undefined) return
    setHeld(false)
    rows.scrollToIndex(rowOf[first] ?? 0, { align: 'center' })
  }, [find, first, rowOf, rows])
  const openSearch = (on: boolean): void => {
    setSearching(on)
    requestAnimationFrame(() => (on ? input.current?.focus() : scroller.current?.focus()))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target === scroller.current && (event.key === 'Home' || event.key === 'End')) {
      // The browser's own jump stops where the unmeasured heights said the end was.
      event.preventDefault()
      const last = event.key === 'End'
      if (last && live) setHeld(true)
      rows.scrollToIndex(last ? items.length - 1 : 0, { align: last ? 'end' : 'start' })
      return
    }
    // The browser's own search sees only the lines that are drawn.
    if (!(event.ctrlKey || event.metaKey) || event.key !== 'f') return
    event.preventDefault()
    openSearch(true)
    input.current?.select()
  }

  const more = held ? 0 : Math.max(0, lines.length - seen.current)
  const marked = found[match]
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble from the controls inside
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onKeyDown}>
      <LogToolbar
        {...props}
        input={input}
        searching={searching}
        setSearching={openSearch}
        match={match}
        found={found.length}
        invalid={asked === 'invalid'}
        go={go}
        wrap={wrap}
        setWrap={(on) => {
          setWrapSetting(on ? null : 'off')
          rows.measure()
        }}
        relative={relative}
        setRelative={(on) => setTimeSetting(on ? 'relative' : null)}
        onCopy={() => {
          const copied = lines.map((line) => `${line.timestamp}\t${line.level}\t${stripAnsi(line.message)}`)
          void copyText(copied.join('\n')).then(
            (done) => done && toast({ title: `${plural(lines.length, 'line')} copied` }),
          )
        }}
      />
      <div className="relative min-h-0 flex-1">
        <div
          ref={scroller}
          role="log"
          aria-label="Logs"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
          tabIndex={0}
          data-lines={lines.length}
          onScroll={onScroll}
          onWheel={(event) => {
            if (event.deltaY < 0) leave()
            else leaving.current = false
          }}
          className={clsx(
            'logs absolute inset-0 overflow-y-auto py-1.5 -outline-offset-2!',
            wrap ? 'overflow-x-hidden' : 'overflow-x-auto',
          )}
        >
          {lines.length === 0 ? (
            <NoLines {...props} />
          ) : (
            <div className="relative" style={{ height: rows.getTotalSize() }}>
              {rows.getVirtualItems().map((row) => {
                const item = items[row.index]
                if (!item) return null
                return (
                  <div
                    key={row.key}
                    ref={rows.measureElement}
                    data-index={row.index}
                    className={clsx('absolute top-0 left-0', wrap ? 'w-full' : 'min-w-full')}
                    style={{ transform: `translateY(${row.start}px)` }}
                  >
                    {item.kind === 'day' ? (
                      <div className="log-day">{item.text}</div>
                    ) : (
                      <Line
                        line={item.line}
                        zone={zone}
                        since={since}
                        wrap={wrap}
                        find={find}
                        here={item.line.id === props.line || marked === item.index}
                        url={lineUrl(item.line.id)}
                        task={
                          tasks || !item.line.task_run_id
                            ? undefined
                            : props.taskNames.get(item.line.task_run_id)
                        }
                        onTask={props.onTask && choose}
                        onLine={link}
                      />
                    )}
                  </div>
                )
              })}
            </div>
          )}
          {lines.length > 0 && props.endedAt && !live && !tasks && !span ? (
            <div className="log-day mt-1.5">Run ended {clock(Date.parse(props.endedAt), zone)}</div>
          ) : null}
          {logs.error && lines.length > 0 ? (
            <ErrorState
              title="The rest of the logs could not be loaded"
              error={logs.error}
              onRetry={logs.retry}
              className="font-sans"
            />
          ) : null}
          {store.full ? (
            <p className="px-4 py-2 font-sans text-small text-text-2">
              These are the first {count(MOST_LINES)} lines. The download holds all of them.
            </p>
          ) : null}
        </div>
        {live && !held && lines.length > 0 ? (
          <Button
            className="absolute right-4 bottom-3 shadow-float"
            icon="down"
            onClick={() => {
              setHeld(true)
              rows.scrollToIndex(items.length - 1, { align: 'end' })
            }}
          >
            {more ? `${plural(more, 'new line')}` : 'Follow'}
          </Button>
        ) : null}
      </div>
    </div>
  )
}

function NoLines({
  logs,
  level,
  query,
  tasks,
  span,
  live,
  onLevel,
  onClearTasks,
  onClearSpan,
}: LogViewProps) {
  const filters = [tasks, span, level > 0].filter(Boolean).length
  if (logs.error)
    return (
      <ErrorState
        title="The logs could not be loaded"
        error={logs.error}
        onRetry={logs.retry}
        className="font-sans"
      />
    )
  if (logs.loading)
    return (
      <div className="p-4 font-sans">
        <Loading label="Loading the logs" />
      </div>
    )
  if (logs.store.lines.length > 0)
    return (
      <EmptyState
        kind="no-match"
        className="font-sans"
        title="No line matches"
        text={`${plural(logs.store.lines.length, 'line')} are hidden by ${tasks ? 'the chosen task' : span ? 'the chosen attempt' : 'the level'}.`}
      >
        <Button
          onClick={() => {
            if (tasks) onClearTasks?.()
            if (span) onClearSpan?.()
            if (level > 0) onLevel(0)
          }}
        >
          {filters > 1 ? `Clear ${filters} filters` : 'Clear the filter'}
        </Button>
      </EmptyState>
    )
  return (
    <EmptyState
      className="font-sans"
      title={live ? 'No line yet' : 'No logs'}
      text={
        live
          ? 'Lines appear here as the run writes them.'
          : query
            ? ''
            : 'This run wrote nothing. Use get_run_logger() or log_prints=True to see lines here.'
      }
    />
  )
}

/** About how many rows a line takes. */
function rowsOf({ message, level }: LogLine, perRow: number): number {
  let rows = 0
  let before = level === 20 ? 0 : levelWord(level).length + 1
  for (let from = 0; ; ) {
    const end = message.indexOf('\n', from)
    const length = (end < 0 ? message.length : end) - from + before
    before = 0
    rows += length > perRow ? Math.ceil(length / perRow) : 1
    if (end < 0 || rows >= MOST_ROWS) return Math.min(MOST_ROWS, rows)
    from = end + 1
  }
}

const days = new Map<string, Intl.DateTimeFormat>()
function dayOf(at: number, zone: 'local' | 'utc'): string {
  let format = days.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      ...(zone === 'utc' && { timeZone: 'UTC' }),
    })
    days.set(zone, format)
  }
  return format.format(at)
}

/** Lines with a divider before the first of each day. */
function withDays(lines: readonly LogLine[], zone: 'local' | 'utc'): Item[] {
  const items: Item[] = []
  let until = Number.NEGATIVE_INFINITY
  let day = ''
  lines.forEach((line, index) => {
    // The words of a day are asked for once an hour of log time, not once a line.
    if (line.at >= until) {
      const next = dayOf(line.at, zone)
      until = (Math.floor(line.at / 900_000) + 1) * 900_000
      if (next !== day) items.push({ kind: 'day', text: next })
      day = next
    }
    items.push({ kind: 'line', line, index })
  })
  return items
}

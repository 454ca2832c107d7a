import { useVirtualizer } from '@tanstack/react-virtual'
import { clsx } from 'clsx'
import { Fragment, useEffect, useMemo, useRef, useState } from 'react'
import {
  Button,
  buttonClass,
  CopyButton,
  EmptyState,
  ErrorState,
  Icon,
  Loading,
  Menu,
  MenuItem,
} from '../../components/ui/index.ts'
import { clock, count, plural } from '../../lib/format.ts'
import { useStored, useZone } from '../../lib/preferences.ts'
import { ansiSpans, hasAnsi, stripAnsi } from './ansi.ts'
import {
  filterLines,
  LEVELS,
  type LogLine,
  levelWord,
  MOST_LINES,
  searchLines,
  splitMatches,
} from './log-store.ts'
import './logs.css'
import { parseMessage } from './traceback.ts'
import type { RunLogs } from './use-logs.ts'

export interface LogViewProps {
  logs: RunLogs
  /** The run goes on: new lines are expected. */
  live: boolean
  level: number
  onLevel(level: number): void
  query: string
  onQuery(query: string): void
  /** The line that a link points to. */
  line: string | null
  lineUrl(id: string): string
  tasks: ReadonlySet<string> | null
  taskNames: ReadonlyMap<string, string>
  onClearTasks?: (() => void) | undefined
  onTask?: ((id: string) => void) | undefined
  downloadUrl?: string | undefined
  endedAt?: string | null | undefined
}

type Item = { kind: 'line'; line: LogLine; index: number } | { kind: 'day'; text: string }
const ROW = 20

/** Lines of a run: streaming, held at the tail, searchable; 100,000 of them scroll like ten. */
export function LogView(props: LogViewProps) {
  const { logs, level, query, tasks, live } = props
  const { store, version } = logs
  const [zone] = useZone()
  const [wrapSetting, setWrap] = useStored('log-wrap')
  const wrap = wrapSetting !== 'off'
  const [searching, setSearching] = useState(query !== '')
  const [match, setMatch] = useState(0)
  const scroller = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: version stands for the lines of the store
  const lines = useMemo(() => filterLines(store.lines, { level, tasks }), [store, version, level, tasks])
  const items = useMemo(() => withDays(lines, zone), [lines, zone])
  const rowOf = useMemo(() => {
    const rows = new Int32Array(lines.length)
    items.forEach((item, row) => {
      if (item.kind === 'line') rows[item.index] = row
    })
    return rows
  }, [items, lines])
  const found = useMemo(() => searchLines(lines, query), [lines, query])

  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => {
      const item = items[i]
      return item?.kind === 'line' ? ROW * Math.min(12, lineCount(item.line.message)) : ROW
    },
    getItemKey: (i) => {
      const item = items[i]!
      return item.kind === 'line' ? item.line.id : item.text
    },
    overscan: 8,
    initialRect: { width: 500, height: 500 },
  })

  // Held at the tail: new lines push the old ones up, until the reader scrolls away.
  const [held, setHeld] = useState(props.line === null && live)
  const seen = useRef(0)
  useEffect(() => {
    if (held && items.length) rows.scrollToIndex(items.length - 1, { align: 'end' })
    if (held) seen.current = lines.length
  }, [held, items.length, lines.length, rows])
  const onScroll = (): void => {
    const element = scroller.current
    if (!element) return
    const bottom = element.scrollHeight - element.scrollTop - element.clientHeight < 12
    if (bottom !== held && (live || bottom)) setHeld(bottom && live)
  }
  const release = useRef(false)

  // A linked line is brought into the middle once it is there.
  const target = props.line ? lines.findIndex((line) => line.id === props.line) : -1
  const jumped = useRef<string | null>(null)
  useEffect(() => {
    if (target < 0 || jumped.current === props.line) return
    jumped.current = props.line
    setHeld(false)
    rows.scrollToIndex(rowOf[target] ?? 0, { align: 'center' })
  }, [target, props.line, rowOf, rows])

  const go = (step: number): void => {
    if (!found.length) return
    const next = (match + step + found.length) % found.length
    setMatch(next)
    setHeld(false)
    rows.scrollToIndex(rowOf[found[next]!] ?? 0, { align: 'center' })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new question moves the view
  useEffect(() => {
    setMatch(0)
    if (found.length) rows.scrollToIndex(rowOf[found[0]!] ?? 0, { align: 'center' })
  }, [query])

  const more = held ? 0 : Math.max(0, lines.length - seen.current)
  const firstTask = tasks && [...tasks][0]
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-none flex-wrap items-center gap-2 border-b border-line px-3 py-1.5 text-small text-text-2 md:px-4">
        {tasks && props.onClearTasks ? (
          <span className="inline-flex h-6 min-w-0 items-center gap-1.5 rounded-chip bg-selected pr-0.5 pl-2 text-text">
            <span className="text-text-2">{tasks.size > 1 ? 'tasks' : 'task'}</span>
            <span className="clip max-w-40">
              {tasks.size > 1 ? tasks.size : (firstTask && props.taskNames.get(firstTask)) || 'one'}
            </span>
            <button
              type="button"
              aria-label="Show the lines of all tasks"
              onClick={props.onClearTasks}
              className="grid size-6 place-items-center text-text-2 hover:text-text"
            >
              <Icon name="close" size={12} />
            </button>
          </span>
        ) : null}
        <Menu
          align="start"
          trigger={
            <Button kind="bare" size="small" className="text-small">
              {level === 0
                ? 'Everything'
                : `${LEVELS.find((l) => l.value === level)?.label ?? level} and above`}
              <Icon name="down" size={12} />
            </Button>
          }
        >
          {LEVELS.map((l) => (
            <MenuItem
              key={l.value}
              icon={l.value === level ? 'check' : <span className="w-4" />}
              onSelect={() => props.onLevel(l.value)}
            >
              {l.value === 0 ? l.label : `${l.label} and above`}
            </MenuItem>
          ))}
        </Menu>
        <span className="ml-auto flex items-center gap-1">
          {logs.loading && store.lines.length > 0 ? (
            <span className="text-text-3 tabular-nums">{count(store.lines.length)} lines …</span>
          ) : null}
          {searching ? (
            <span className="flex h-6.5 items-center rounded-control border border-line-control bg-surface pl-2">
              <input
                ref={input}
                aria-label="Search in the logs"
                placeholder="Search"
                defaultValue={query}
                className="w-32 bg-transparent outline-none"
                onChange={(event) => props.onQuery(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') go(event.shiftKey ? -1 : 1)
                  else if (event.key === 'Escape') {
                    props.onQuery('')
                    setSearching(false)
                  } else return
                  event.preventDefault()
                }}
              />
              <span className="px-1 whitespace-nowrap text-text-3 tabular-nums" aria-live="polite">
                {query ? `${found.length ? match + 1 : 0} / ${count(found.length)}` : ''}
              </span>
              <Button
                kind="bare"
                size="small"
                square
                icon="close"
                aria-label="Close the search"
                onClick={() => {
                  props.onQuery('')
                  setSearching(false)
                }}
              />
            </span>
          ) : (
            <Button
              kind="bare"
              size="small"
              square
              icon="search"
              aria-label="Search in the logs"
              title="Search in the logs"
              onClick={() => {
                setSearching(true)
                requestAnimationFrame(() => input.current?.focus())
              }}
            />
          )}
          <Button
            kind="bare"
            size="small"
            square
            icon="wrap"
            aria-label="Wrap long lines"
            title="Wrap long lines"
            aria-pressed={wrap}
            className={wrap ? 'text-accent!' : ''}
            onClick={() => {
              setWrap(wrap ? 'off' : null)
              rows.measure()
            }}
          />
          {props.downloadUrl ? (
            <a
              href={props.downloadUrl}
              download
              aria-label="Download all lines"
              title="Download all lines (CSV)"
              className={buttonClass({ kind: 'bare', size: 'small', square: true })}
            >
              <Icon name="download" size={15} />
            </a>
          ) : null}
        </span>
      </div>
      <div className="relative min-h-0 flex-1">
        <div
          ref={scroller}
          role="log"
          aria-label="Logs"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
          tabIndex={0}
          onScroll={onScroll}
          onWheel={(event) => {
            release.current = event.deltaY < 0
            if (event.deltaY < 0 && held) setHeld(false)
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
                    className="absolute inset-x-0 top-0"
                    style={{ transform: `translateY(${row.start}px)` }}
                  >
                    {item.kind === 'day' ? (
                      <div className="log-day">{item.text}</div>
                    ) : (
                      <Line
                        line={item.line}
                        zone={zone}
                        wrap={wrap}
                        query={query}
                        here={item.line.id === props.line || (query !== '' && found[match] === item.index)}
                        url={props.lineUrl(item.line.id)}
                        task={
                          tasks || !item.line.task_run_id
                            ? undefined
                            : props.taskNames.get(item.line.task_run_id)
                        }
                        onTask={
                          props.onTask && item.line.task_run_id
                            ? () => props.onTask?.(item.line.task_run_id ?? '')
                            : undefined
                        }
                      />
                    )}
                  </div>
                )
              })}
            </div>
          )}
          {lines.length > 0 && props.endedAt && !live ? (
            <div className="log-day mt-1.5">Run ended {clock(Date.parse(props.endedAt), zone)}</div>
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

function NoLines({ logs, level, query, tasks, live, onLevel, onClearTasks }: LogViewProps) {
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
        text={`${plural(logs.store.lines.length, 'line')} are hidden by ${tasks ? 'the chosen task' : 'the level'}.`}
      >
        <Button
          onClick={() => {
            if (tasks) onClearTasks?.()
            if (level > 0) onLevel(0)
          }}
        >
          {tasks && level > 0 ? 'Clear 2 filters' : 'Clear the filter'}
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

const COLOUR: Record<string, string> = {
  red: 'text-failed',
  green: 'text-completed',
  yellow: 'text-scheduled',
  blue: 'text-running',
  magenta: 'text-crashed',
  cyan: 'text-paused',
  black: 'text-text-3',
}

function Text({ text, query }: { text: string; query: string }) {
  if (!hasAnsi(text)) return <Marked text={text} query={query} />
  let at = 0
  return ansiSpans(text).map((span) => {
    const key = at++
    return (
      <span
        key={key}
        className={clsx(
          span.colour && COLOUR[span.colour],
          span.bold && 'font-medium',
          span.faint && 'text-text-3',
        )}
      >
        <Marked text={span.text} query={query} />
      </span>
    )
  })
}

function Marked({ text, query }: { text: string; query: string }) {
  if (!query) return text
  const parts = splitMatches(text, query)
  if (parts.length === 1) return text
  return parts.map((part, i) => {
    const key = i
    return i % 2 ? (
      <mark key={key} className="rounded-[2px] bg-accent-soft text-text">
        {part}
      </mark>
    ) : (
      <Fragment key={key}>{part}</Fragment>
    )
  })
}

function Line({
  line,
  zone,
  wrap,
  query,
  here,
  url,
  task,
  onTask,
}: {
  line: LogLine
  zone: 'local' | 'utc'
  wrap: boolean
  query: string
  here: boolean
  url: string
  task: string | undefined
  onTask: (() => void) | undefined
}) {
  // A copy button in each of a hundred lines costs more than the lines; the pointed one has it.
  const [pointed, setPointed] = useState(false)
  const word = levelWord(line.level)
  const parts = useMemo(() => parseMessage(line.message), [line.message])
  const time = `${clock(line.at, zone)}.${String(Math.floor(line.at % 1000)).padStart(3, '0')}`
  const bad = line.level >= 40
  return (
    <div
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      className={clsx(
        'log-line group/line',
        bad && 'bad',
        line.level === 30 && 'warn',
        line.level < 20 && 'debug',
        here && 'here',
      )}
    >
      <time dateTime={line.timestamp} className="log-time">
        {time}
      </time>
      <div className={clsx('min-w-0', wrap ? 'wrap-anywhere whitespace-pre-wrap' : 'whitespace-pre')}>
        {parts.map((part, i) => {
          const key = i
          if (part.kind === 'text')
            return (
              <p key={key}>
                {i === 0 && word ? <i>{word}</i> : null}
                {i === 0 && word ? ' ' : null}
                <Text text={part.lines.join('\n')} query={query} />
              </p>
            )
          if (part.kind === 'folded') return <Folded key={key} part={part} />
          return (
            <p key={key} className={clsx('tb', part.kind === 'error' && 'tb-error')}>
              {part.kind === 'trace-head' ? (
                <Text text={part.line} query={query} />
              ) : part.kind === 'error' ? (
                <Text text={part.lines.join('\n')} query={query} />
              ) : (
                <>
                  {'  File '}
                  <b>
                    <Text text={part.file} query={query} />
                  </b>
                  {part.where}
                  {part.source.length ? '\n' : ''}
                  <span className="src">
                    <Text text={part.source.join('\n')} query={query} />
                  </span>
                </>
              )}
            </p>
          )
        })}
      </div>
      <span className="log-side">
        {task ? (
          onTask ? (
            <button
              type="button"
              className="clip max-w-28 hover:underline"
              title={`Only lines of ${task}`}
              onClick={onTask}
            >
              {task}
            </button>
          ) : (
            <span className="clip max-w-28">{task}</span>
          )
        ) : null}
        <span className="flex opacity-0 group-focus-within/line:opacity-100 group-hover/line:opacity-100">
          <a
            href={url}
            aria-label={`Link to the line of ${time}`}
            title="Link to this line"
            className={buttonClass({ kind: 'bare', size: 'small', square: true })}
          >
            <Icon name="link" size={14} />
          </a>
          {pointed ? <CopyButton text={stripAnsi(line.message)} label="Copy the line" /> : null}
        </span>
      </span>
    </div>
  )
}

function Folded({ part }: { part: { count: number; packages: string[]; lines: string[] } }) {
  const [open, setOpen] = useState(false)
  const packages = part.packages.slice(0, 3).join(', ') + (part.packages.length > 3 ? ' …' : '')
  return (
    <p className="tb">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="font-sans text-accent"
      >
        {open ? '▾' : '▸'} {plural(part.count, 'frame')} in {packages}
      </button>
      {open ? `\n${part.lines.join('\n')}` : null}
    </p>
  )
}

const lineCount = (text: string): number => {
  let n = 1
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) n++
  return n
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

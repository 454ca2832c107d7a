import { clsx } from 'clsx'
import { Fragment, memo, useMemo, useState } from 'react'
import { buttonClass, CopyButton, copyText, Icon, toast } from '../../components/ui/index.ts'
import { clock, dateTime, plural } from '../../lib/format.ts'
import { ansiSpans, hasAnsi, stripAnsi } from './ansi.ts'
import { elapsed, type LogLine, levelWord, splitMatches } from './log-store.ts'
import { type Part, parseMessage } from './traceback.ts'

export interface LineProps {
  line: LogLine
  zone: 'local' | 'utc'
  /** Beginning of the run where times are shown since then, in milliseconds; null shows the time of day. */
  since: number | null
  wrap: boolean
  find: RegExp | null
  /** The line that is linked to, or the match that is stood on. */
  here: boolean
  url: string
  task: string | undefined
  onTask: ((id: string) => void) | undefined
  onLine: (id: string) => void
}

const withMillis = (at: number, zone: 'local' | 'utc'): string =>
  `${clock(at, zone)}.${String(Math.floor(at % 1000)).padStart(3, '0')}`

/** One line: scrolling draws the new ones only. */
export const Line = memo(function Line({
  line,
  zone,
  since,
  wrap,
  find,
  here,
  url,
  task,
  onTask,
  onLine,
}: LineProps) {
  // A copy button in each of a hundred lines costs more than the lines; the pointed one has it.
  const [pointed, setPointed] = useState(false)
  const word = levelWord(line.level)
  const time = withMillis(line.at, zone)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the handlers only show the buttons inside, which the focus shows too
    <div
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setPointed(true)}
      className={clsx(
        'log-line group/line',
        line.level >= 40 && 'bad',
        line.level === 30 && 'warn',
        line.level < 20 && 'debug',
        here && 'here',
      )}
    >
      <time dateTime={line.timestamp} title={dateTime(line.at, zone)} className="log-time">
        {since === null ? time : elapsed(line.at, since)}
      </time>
      <div className={clsx('min-w-0', wrap ? 'wrap-anywhere whitespace-pre-wrap' : 'whitespace-pre')}>
        <Message text={line.message} word={word} find={find} />
      </div>
      <span className="log-side">
        {task ? (
          onTask ? (
            <button
              type="button"
              className="clip max-w-28 hover:underline"
              title={`Only lines of ${task}`}
              onClick={() => line.task_run_id && onTask(line.task_run_id)}
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
            aria-label={`Copy the link to the line of ${time}`}
            title="Copy the link to this line"
            className={buttonClass({ kind: 'bare', size: 'small', square: true })}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return
              event.preventDefault()
              onLine(line.id)
              void copyText(new URL(url, location.href).href).then(
                (done) => done && toast({ title: 'Link to the line copied' }),
              )
            }}
          >
            <Icon name="link" size={14} />
          </a>
          {pointed ? <CopyButton text={stripAnsi(line.message)} label="Copy the line" /> : null}
        </span>
      </span>
    </div>
  )
})

/** A message as it is read: text, and tracebacks with the frames of other people's code folded. */
export function Message({
  text,
  word = '',
  find = null,
}: {
  text: string
  word?: string
  find?: RegExp | null
}) {
  const parts = useMemo(() => parseMessage(text), [text])
  return parts.map((part, i) => {
    const key = i
    if (part.kind === 'text')
      return (
        <p key={key}>
          {i === 0 && word ? <i>{word} </i> : null}
          <Text text={part.lines.join('\n')} find={find} />
        </p>
      )
    if (part.kind === 'folded') return <Folded key={key} part={part} find={find} />
    return (
      <p key={key} className={clsx('tb', part.kind === 'error' && 'tb-error')}>
        {part.kind === 'trace-head' ? (
          <Text text={part.line} find={find} />
        ) : part.kind === 'error' ? (
          <Text text={part.lines.join('\n')} find={find} />
        ) : (
          <>
            {'  File '}
            <b>
              <Text text={part.file} find={find} />
            </b>
            {part.where}
            {part.source.length ? '\n' : ''}
            <span className="src">
              <Text text={part.source.join('\n')} find={find} />
            </span>
          </>
        )}
      </p>
    )
  })
}

function Folded({ part, find }: { part: Extract<Part, { kind: 'folded' }>; find: RegExp | null }) {
  const [open, setOpen] = useState(false)
  const packages = part.packages.slice(0, 3).join(', ') + (part.packages.length > 3 ? ' …' : '')
  // What is found must be seen.
  const inside = find !== null && new RegExp(find.source, 'i').test(part.lines.join('\n'))
  const shown = open || inside
  return (
    <p className="tb">
      <button
        type="button"
        aria-expanded={shown}
        onClick={() => setOpen(!open)}
        className="min-h-5 font-sans text-accent"
      >
        {shown ? '▾' : '▸'} {plural(part.count, 'frame')} in {packages}
      </button>
      {shown ? (
        <>
          {'\n'}
          <Text text={part.lines.join('\n')} find={find} />
        </>
      ) : null}
    </p>
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

function Text({ text, find }: { text: string; find: RegExp | null }) {
  if (!hasAnsi(text)) return <Marked text={text} find={find} />
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
        <Marked text={span.text} find={find} />
      </span>
    )
  })
}

function Marked({ text, find }: { text: string; find: RegExp | null }) {
  if (!find) return text
  const parts = splitMatches(text, find)
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

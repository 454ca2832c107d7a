import { clsx } from 'clsx'
import { type RefObject, useMemo } from 'react'
import { Button, buttonClass, Icon, Menu, MenuItem, MenuLine } from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import { LEVELS, linesByTask } from './log-store.ts'
import type { LogViewProps } from './log-view.tsx'

/** Tasks offered in the menu; others are chosen in the picture of the run. */
const MOST_TASKS = 40

export interface ToolbarProps extends LogViewProps {
  input: RefObject<HTMLInputElement | null>
  searching: boolean
  setSearching(on: boolean): void
  /** Which match is stood on, and how many there are; an invalid pattern has none. */
  match: number
  found: number
  invalid: boolean
  go(step: number): void
  wrap: boolean
  setWrap(on: boolean): void
  relative: boolean
  setRelative(on: boolean): void
  onCopy(): void
}

const CHIP = 'inline-flex h-6 min-w-0 items-center gap-1.5 rounded-chip bg-selected pr-0.5 pl-2 text-text'

function Chip({
  label,
  text,
  clear,
  onClear,
}: {
  label: string
  text: string
  clear: string
  onClear(): void
}) {
  return (
    <span className={CHIP}>
      <span className="text-text-2">{label}</span>
      <span className="clip max-w-40" title={text}>
        {text}
      </span>
      <button
        type="button"
        aria-label={clear}
        onClick={onClear}
        className="grid size-6 place-items-center text-text-2 hover:text-text"
      >
        <Icon name="close" size={12} />
      </button>
    </span>
  )
}

/** What is shown of the lines: whose, from which level on, and what is looked for. */
export function LogToolbar(props: ToolbarProps) {
  const { tasks, level, logs, searching } = props
  const firstTask = tasks && [...tasks][0]
  const check = (on: boolean) => (on ? ('check' as const) : <span className="w-4" />)
  return (
    <div className="flex flex-none flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-3 py-1.5 text-small text-text-2 md:px-4">
      {tasks && props.onClearTasks ? (
        <Chip
          label={tasks.size > 1 ? 'tasks' : 'task'}
          text={tasks.size > 1 ? String(tasks.size) : (firstTask && props.taskNames.get(firstTask)) || 'one'}
          clear="Show the lines of all tasks"
          onClear={props.onClearTasks}
        />
      ) : props.onTask && !tasks ? (
        <TaskFacet {...props} />
      ) : null}
      {props.span ? (
        <Chip
          label=""
          text={props.spanName ?? 'a part of the run'}
          clear="Show the lines of all attempts"
          onClear={() => props.onClearSpan?.()}
        />
      ) : null}
      <Menu
        align="start"
        trigger={
          <Button kind="bare" size="small" className="-ml-1 px-2! text-small">
            {level === 0
              ? 'Everything'
              : `${LEVELS.find((l) => l.value === level)?.label ?? level} and above`}
            <Icon name="down" size={12} />
          </Button>
        }
      >
        {LEVELS.map((l) => (
          <MenuItem key={l.value} icon={check(l.value === level)} onSelect={() => props.onLevel(l.value)}>
            {l.value === 0 ? l.label : `${l.label} and above`}
          </MenuItem>
        ))}
      </Menu>
      <span className="ml-auto flex items-center gap-1">
        {logs.loading && logs.store.lines.length > 0 ? (
          <span className="text-text-3 tabular-nums" role="status">
            {count(logs.store.lines.length)} lines …
          </span>
        ) : null}
        {searching ? <SearchBox {...props} /> : null}
        {searching ? null : (
          <Button
            kind="bare"
            size="small"
            square
            icon="search"
            aria-label="Search in the logs"
            title="Search in the logs (Ctrl F)"
            onClick={() => props.setSearching(true)}
          />
        )}
        <Button
          kind="bare"
          size="small"
          square
          icon="wrap"
          aria-label="Wrap long lines"
          title="Wrap long lines"
          aria-pressed={props.wrap}
          className={props.wrap ? 'text-accent!' : ''}
          onClick={() => props.setWrap(!props.wrap)}
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
        <Menu
          trigger={<Button kind="bare" size="small" square icon="more" aria-label="More about the logs" />}
        >
          <MenuItem icon={check(!props.relative)} onSelect={() => props.setRelative(false)}>
            Time of day
          </MenuItem>
          <MenuItem icon={check(props.relative)} onSelect={() => props.setRelative(true)}>
            Time since the start
          </MenuItem>
          <MenuLine />
          <MenuItem icon="copy" onSelect={props.onCopy}>
            Copy the lines shown
          </MenuItem>
        </Menu>
      </span>
    </div>
  )
}

function TaskFacet({ logs, taskNames, onTask }: ToolbarProps) {
  const { store, version } = logs
  // biome-ignore lint/correctness/useExhaustiveDependencies: version stands for the lines of the store
  const counts = useMemo(() => linesByTask(store.lines), [store, version])
  if (counts.length < 2) return null
  return (
    <Menu
      align="start"
      className="max-h-100"
      trigger={
        <Button kind="bare" size="small" className="-ml-1 px-2! text-small">
          All tasks
          <Icon name="down" size={12} />
        </Button>
      }
    >
      {counts.slice(0, MOST_TASKS).map(([id, lines]) => (
        <MenuItem key={id} onSelect={() => onTask?.(id)}>
          <span className="flex gap-3">
            <span className="clip flex-1">{taskNames.get(id) ?? id.slice(0, 8)}</span>
            <span className="text-text-3 tabular-nums">{plural(lines, 'line')}</span>
          </span>
        </MenuItem>
      ))}
    </Menu>
  )
}

function SearchBox(props: ToolbarProps) {
  const { query, found, match, invalid, go } = props
  const close = (): void => {
    props.onQuery('')
    props.setSearching(false)
  }
  return (
    <search
      className={clsx(
        'flex h-6.5 items-center rounded-control border bg-surface pl-2',
        invalid ? 'border-failed' : 'border-line-control',
      )}
    >
      <input
        ref={props.input}
        aria-label="Search in the logs"
        aria-invalid={invalid}
        placeholder={props.regex ? 'Pattern' : 'Search'}
        defaultValue={query}
        className="w-28 bg-transparent outline-none"
        onChange={(event) => props.onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(event.shiftKey ? -1 : 1)
          else if (event.key === 'Escape') close()
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      <span className="px-1 whitespace-nowrap text-text-3 tabular-nums" aria-live="polite">
        {query ? (invalid ? 'no pattern' : `${found ? match + 1 : 0} / ${count(found)}`) : ''}
      </span>
      <Button
        kind="bare"
        size="small"
        className={clsx('px-1! font-mono text-small', props.regex && 'text-accent!')}
        aria-pressed={props.regex}
        aria-label="Search by a pattern (regular expression)"
        title="Search by a pattern (regular expression)"
        onClick={() => props.onRegex(!props.regex)}
      >
        .*
      </Button>
      <Button
        kind="bare"
        size="small"
        square
        icon="arrowUp"
        disabled={found === 0}
        aria-label="Previous match"
        title="Previous match (Shift Enter)"
        onClick={() => go(-1)}
      />
      <Button
        kind="bare"
        size="small"
        square
        icon="arrowDown"
        disabled={found === 0}
        aria-label="Next match"
        title="Next match (Enter)"
        onClick={() => go(1)}
      />
      <Button
        kind="bare"
        size="small"
        square
        icon="close"
        aria-label="Close the search"
        title="Close the search (Esc)"
        onClick={close}
      />
    </search>
  )
}

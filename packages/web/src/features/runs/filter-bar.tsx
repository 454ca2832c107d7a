import { clsx } from 'clsx'
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { Icon, Kbd } from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { useZone } from '../../lib/preferences.ts'
import { type Chip, chipsOf, isUuid, withoutChip } from './filter.ts'
import { type ReadContext, readFilter } from './read-filter.ts'
import type { FilterKey, RunsFilter } from './search.ts'
import { lastWord, type SeenInList, type Suggestion, useSuggestions } from './use-suggestions.ts'

/** The filter as chips that can be taken off, and a line that understands `flow:nightly state:failed|crashed`. */
export function FilterBar({
  filter,
  names,
  seen,
  tab,
  me,
  onChange,
}: {
  filter: RunsFilter
  names(key: FilterKey, value: string, exact: boolean): string
  /** What the list holds, for completion. */
  seen: SeenInList
  tab: ReadContext['tab']
  me?: { id: string } | undefined
  onChange(filter: RunsFilter): void
}) {
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const [problems, setProblems] = useState<readonly string[]>([])
  const [zone] = useZone()
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const chips = chipsOf(filter, names, zone)
  const used = useMemo(() => Object.keys(filter) as FilterKey[], [filter])
  const suggestions = useSuggestions(text, seen, used)
  const shown = open && suggestions.length > 0
  const bad = problems.length > 0

  useEffect(() => {
    if (at >= 0) document.getElementById(`${id}-${at}`)?.scrollIntoView?.({ block: 'nearest' })
  }, [at, id])

  const add = (words: string): void => {
    const { creators, stateNames } = seen
    const read = readFilter(words, filter, { tab, zone, me, creators, stateNames })
    setProblems(read.problems)
    setText(read.rest)
    setAt(-1)
    setOpen(false)
    onChange(read.filter)
  }
  const take = (suggestion: Suggestion): void => {
    const before = text.slice(0, text.length - lastWord(text).length)
    if (suggestion.text.endsWith(':')) {
      setText(before + suggestion.text)
      setAt(-1)
      input.current?.focus()
    } else add(before + suggestion.text)
  }
  const remove = (chip: Chip): void => {
    onChange(withoutChip(filter, chip))
    input.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const n = suggestions.length
      if (!open) setOpen(true)
      if (n) setAt((old) => (event.key === 'ArrowDown' ? (old + 1) % n : (Math.max(old, 0) - 1 + n) % n))
    } else if (event.key === 'Enter') {
      const chosen = shown ? suggestions[at] : undefined
      if (chosen) take(chosen)
      else if (text.trim()) add(text)
    } else if (event.key === 'Escape') {
      if (shown) {
        setOpen(false)
        setAt(-1)
      } else if (bad) {
        setProblems([])
        setText('')
      } else input.current?.blur()
    } else if (event.key === 'Backspace' && text === '') {
      const last = chips.at(-1)
      if (last) remove(last)
      return
    } else return
    event.preventDefault()
  }

  return (
    <div>
      <div
        className={clsx(
          'relative flex min-h-9 flex-wrap items-center gap-1.5 rounded-control border bg-surface py-1 pr-2 pl-2.5',
          'focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent',
          bad ? 'border-failed' : 'border-line-control',
        )}
      >
        <Icon name="search" className="mr-1 text-text-3" />
        {chips.map((chip) => (
          <span
            key={`${chip.key}-${chip.group}`}
            data-chip={chip.key}
            className="inline-flex h-6 max-w-full items-center gap-1.5 rounded-chip bg-selected pr-0.5 pl-2 text-small"
          >
            <span className="whitespace-nowrap text-text-2">{chip.word}</span>
            <span className="clip max-w-60 font-medium" title={chip.value}>
              {chip.value}
            </span>
            <button
              type="button"
              aria-label={`Remove the filter ${chip.word} ${chip.value}`}
              onClick={() => remove(chip)}
              className="grid size-6 flex-none place-items-center rounded-chip text-text-2 hover:text-text"
            >
              <Icon name="close" size={12} />
            </button>
          </span>
        ))}
        <input
          ref={input}
          data-filter
          role="combobox"
          aria-label="Filter runs"
          aria-expanded={shown}
          aria-controls={shown ? `${id}-list` : undefined}
          aria-autocomplete="list"
          aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={bad ? true : undefined}
          aria-describedby={bad ? `${id}-bad` : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          placeholder={
            chips.length ? 'Add a filter' : 'Add a filter, or type flow:nightly state:failed|crashed'
          }
          onChange={(event) => {
            setText(event.target.value)
            setProblems([])
            setOpen(true)
            setAt(-1)
          }}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          className="h-6 min-w-32 flex-1 bg-transparent pl-1 outline-none!"
        />
        <span className="max-md:hidden" aria-hidden="true">
          <Kbd>/</Kbd>
        </span>
        {shown ? (
          <div
            id={`${id}-list`}
            role="listbox"
            aria-label="Suggestions"
            className="absolute -inset-x-px top-full z-20 mt-1 max-h-80 max-w-120 overflow-y-auto rounded-menu border border-line-strong bg-raised p-1 shadow-float"
          >
            {suggestions.map((each, i) => (
              <div
                key={each.text}
                id={`${id}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === at}
                onPointerDown={(event) => {
                  event.preventDefault()
                  take(each)
                }}
                className={clsx(
                  'flex h-7.5 cursor-pointer items-center gap-3 rounded-[5px] px-2',
                  i === at ? 'bg-hover' : 'hover:bg-hover',
                )}
              >
                <span className="clip flex-none font-mono text-small">{each.label ?? each.text}</span>
                <span className="clip ml-auto text-small text-text-3">{each.hint}</span>
              </div>
            ))}
          </div>
        ) : null}
      </div>
      <p role="status" className="sr-only">
        {shown ? plural(suggestions.length, 'suggestion') : ''}
      </p>
      {bad ? (
        <div id={`${id}-bad`} role="alert" className="mt-1 grid gap-0.5 text-small text-failed">
          {problems.map((problem) => (
            <p key={problem} className="wrap-anywhere">
              {problem}
            </p>
          ))}
        </div>
      ) : null}
    </div>
  )
}

export const shortId = (value: string): string => (isUuid(value) ? value.slice(0, 8) : value)

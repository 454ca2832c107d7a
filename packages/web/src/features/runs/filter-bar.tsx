import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import { Icon, Kbd } from '../../components/ui/index.ts'
import { LOOK_WORDS, LOOKS } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { type Chip, chipsOf, isUuid, readFilter } from './filter.ts'
import type { FilterKey, RunsFilter } from './search.ts'
import type { Flow } from './types.ts'

interface Suggestion {
  text: string
  hint: string
}

/** The filter as chips that can be taken off, and a line that understands `flow:nightly state:failed|crashed`. */
export function FilterBar({
  filter,
  names,
  tags,
  onChange,
}: {
  filter: RunsFilter
  names(key: FilterKey, value: string): string
  /** Tags seen in the list, for completion. */
  tags: readonly string[]
  onChange(filter: RunsFilter): void
}) {
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const [bad, setBad] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const suggestions = useSuggestions(text, tags)
  const shown = open && suggestions.length > 0
  const chips = chipsOf(filter, names)

  const add = (words: string): void => {
    const { filter: next, rest } = readFilter(words, filter)
    setBad(rest)
    setText(rest)
    setAt(-1)
    setOpen(false)
    onChange(next)
  }
  const take = (suggestion: Suggestion): void => {
    const before = text.replace(/\S*$/, '')
    if (suggestion.text.endsWith(':')) {
      setText(before + suggestion.text)
      setAt(-1)
      input.current?.focus()
    } else add(before + suggestion.text)
  }
  const remove = (chip: Chip): void => {
    const { [chip.key]: _gone, ...rest } = filter
    onChange(rest)
    input.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true)
      const n = suggestions.length
      if (n) setAt((old) => (event.key === 'ArrowDown' ? (old + 1) % n : (old - 1 + n) % n))
    } else if (event.key === 'Enter') {
      const chosen = shown ? suggestions[at] : undefined
      if (chosen) take(chosen)
      else if (text.trim()) add(text)
    } else if (event.key === 'Escape') {
      if (shown) setOpen(false)
      else input.current?.blur()
    } else if (event.key === 'Backspace' && text === '') {
      const last = chips.at(-1)
      if (last) remove(last)
      return
    } else return
    event.preventDefault()
  }

  return (
    <div className="relative">
      <div
        className={clsx(
          'flex min-h-9 flex-wrap items-center gap-1.5 rounded-control border bg-surface py-1 pr-2 pl-2.5',
          'focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent',
          bad ? 'border-failed' : 'border-line-control',
        )}
      >
        <Icon name="search" className="mr-1 text-text-3" />
        {chips.map((chip) => (
          <span
            key={chip.key}
            className="inline-flex h-6 max-w-full items-center gap-1.5 rounded-chip bg-selected pr-0.5 pl-2 text-small"
          >
            <span className="text-text-2">{chip.word}</span>
            <span className="clip max-w-60">{chip.value}</span>
            <button
              type="button"
              aria-label={`Remove the filter ${chip.word} ${chip.value}`}
              onClick={() => remove(chip)}
              className="grid size-6 place-items-center text-text-2 hover:text-text"
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
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={bad ? true : undefined}
          aria-describedby={bad ? `${id}-bad` : undefined}
          value={text}
          placeholder={
            chips.length ? 'Add a filter' : 'Add a filter, or type flow:nightly state:failed|crashed'
          }
          onChange={(event) => {
            setText(event.target.value)
            setBad('')
            setOpen(true)
            setAt(-1)
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          className="h-6 min-w-32 flex-1 bg-transparent pl-1 outline-none!"
        />
        <span className="max-md:hidden" aria-hidden="true">
          <Kbd>/</Kbd>
        </span>
      </div>
      {bad ? (
        <p id={`${id}-bad`} role="alert" className="mt-1 text-small text-failed">
          “{bad}” is not a filter. State, flow, deployment, tag, run and parent are.
        </p>
      ) : null}
      {shown ? (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label="Suggestions"
          className="absolute top-full left-0 z-20 mt-1 w-full max-w-105 rounded-menu border border-line-strong bg-raised p-1 shadow-float"
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
              <span className="clip font-mono text-small">{each.text}</span>
              <span className="clip ml-auto text-small text-text-3">{each.hint}</span>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  )
}

const KEYS: Suggestion[] = [
  { text: 'state:', hint: 'failed, late, running …' },
  { text: 'flow:', hint: 'name; * for a part of it' },
  { text: 'tag:', hint: 'one of its tags' },
  { text: 'run:', hint: 'part of the run’s name' },
  { text: 'deployment:', hint: 'name' },
]

function useSuggestions(text: string, tags: readonly string[]): Suggestion[] {
  const ws = useWorkspace()
  const word = /\S*$/.exec(text)?.[0] ?? ''
  const [, key, value = ''] = /^(\w+):(.*)$/.exec(word) ?? []
  const asksFlow = key === 'flow' || key === 'f'
  const flows = useQuery({
    queryKey: [ws.key, 'flows', 'complete', value],
    queryFn: ({ signal }) =>
      ws.api.post<Flow[]>(
        '/flows/filter',
        { ...(value && { flows: { name: { like_: value } } }), sort: 'NAME_ASC', limit: 8 },
        { signal },
      ),
    enabled: asksFlow,
    staleTime: 30_000,
  })
  return useMemo(() => {
    if (!key) return KEYS.filter((each) => each.text.startsWith(word.toLowerCase())).slice(0, 8)
    if (asksFlow)
      return (flows.data ?? []).map((flow) => ({ text: `flow:${quoted(flow.name)}`, hint: 'flow' }))
    if (key === 'state' || key === 's') {
      const last = value.split('|').at(-1) ?? ''
      const kept = value.slice(0, value.length - last.length)
      return LOOKS.filter((look) => look.startsWith(last.toLowerCase()))
        .slice(0, 9)
        .map((look) => ({ text: `state:${kept}${look}`, hint: LOOK_WORDS[look] }))
    }
    if (key === 'tag' || key === 't')
      return tags
        .filter((tag) => tag.toLowerCase().includes(value.toLowerCase()))
        .slice(0, 8)
        .map((tag) => ({ text: `tag:${quoted(tag)}`, hint: 'tag' }))
    return []
  }, [key, asksFlow, word, value, flows.data, tags])
}

const quoted = (text: string): string => (/\s/.test(text) ? `"${text}"` : text)
export const shortId = (value: string): string => (isUuid(value) ? value.slice(0, 8) : value)

import { type ReactNode, useEffect, useRef } from 'react'
import { Button, GuardedButton, type IconName } from '../../components/ui/index.ts'
import { count } from '../../lib/format.ts'
import { capped, MOST_ROWS } from './list-queries.ts'

export interface BarAction {
  label: string
  icon: IconName
  /** How many of the selected runs it applies to. */
  n: number
  bad?: boolean
  /** What the reader's role lacks for it; null where nothing. */
  lacks: string | null
  /** Why it does not apply to the others, or to any. */
  why?: string | undefined
  run(): void
}

/** What can be done to the selected runs. An action counts those it applies to. */
export function SelectionBar({
  selected,
  total,
  actions,
  selecting,
  onAll,
  onClear,
}: {
  selected: number
  /** Runs that match the filter. */
  total: number
  actions: readonly BarAction[]
  selecting: boolean
  onAll(): void
  onClear(): void
}): ReactNode {
  const bar = useRef<HTMLDivElement>(null)
  // The bar lies over the end of the list; the page leaves it the room.
  useEffect(() => {
    const { paddingBottom } = document.body.style
    document.body.style.paddingBottom = '64px'
    return () => {
      document.body.style.paddingBottom = paddingBottom
    }
  }, [])
  const all = total > MOST_ROWS ? `the first ${count(MOST_ROWS)}` : `all ${capped(total)}`
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={`${selected} runs selected`}
      className="fixed bottom-5 left-1/2 z-20 flex max-w-[calc(100vw-24px)] -translate-x-1/2 items-center gap-0.5 overflow-x-auto rounded-menu border border-line-strong bg-raised py-1.25 pr-1.5 pl-3.5 whitespace-nowrap shadow-float"
    >
      <b className="font-bold tabular-nums" aria-live="polite">
        {count(selected)} selected
      </b>
      {Math.min(total, MOST_ROWS) > selected ? (
        <Button kind="act" busy={selecting} onClick={onAll}>
          Select {all}
        </Button>
      ) : null}
      <span className="mx-2 h-4.5 w-px flex-none bg-line-strong" />
      {actions.map((action) => (
        <GuardedButton
          key={action.label}
          why={action.lacks}
          kind={action.bad ? 'bare-bad' : 'bare'}
          icon={action.icon}
          disabled={action.lacks === null && action.n === 0}
          title={action.why}
          onClick={action.run}
        >
          {action.label} {action.n ? count(action.n) : ''}
        </GuardedButton>
      ))}
      <span className="mx-2 h-4.5 w-px flex-none bg-line-strong" />
      <Button kind="bare" square icon="close" aria-label="Clear the selection" onClick={onClear} />
    </div>
  )
}

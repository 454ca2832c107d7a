import { Button, Command, EmptyState } from '../../components/ui/index.ts'
import { useTimeRange } from '../../lib/time-range.ts'
import { hasFilter, rangeOf } from './filter.ts'
import { type RunsFilter, TIME_KEYS } from './search.ts'

const inWords = (label: string): string => label.toLowerCase().replace('last', 'the last')

/** Why a list is empty: nothing matches, or there is nothing yet in this time. */
export function NoRuns({
  kind,
  filter,
  onClear,
}: {
  kind: 'flow-runs' | 'task-runs'
  filter: RunsFilter
  onClear(): void
}) {
  const { range: shared, setRange } = useTimeRange()
  const filters = hasFilter(filter)
  const tasks = kind === 'task-runs'
  const time = TIME_KEYS.some((key) => filter[key]) ? 'this time' : inWords(rangeOf(filter, shared).label)
  if (filters)
    return (
      <EmptyState
        kind="no-match"
        title="Nothing matches"
        text={`No ${tasks ? 'task run' : 'run'} of ${time} has all of these properties.`}
      >
        <Button onClick={onClear}>{filters === 1 ? 'Clear the filter' : `Clear ${filters} filters`}</Button>
      </EmptyState>
    )
  return (
    <EmptyState
      title={tasks ? `No task runs in ${time}` : `No runs in ${time}`}
      text={
        tasks
          ? 'Functions decorated with @task show up here as they run.'
          : 'Start one from your shell. It shows up here at once.'
      }
    >
      <div className="flex w-full max-w-120 flex-col gap-2">
        <Command command="python my_flow.py" />
        {shared.name === '30d' ? null : (
          <Button className="self-start" onClick={() => setRange({ range: '30d' })}>
            Look at the last 30 days
          </Button>
        )}
      </div>
    </EmptyState>
  )
}

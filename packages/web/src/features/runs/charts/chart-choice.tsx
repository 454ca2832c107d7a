import { Icon, Segmented } from '../../../components/ui/index.ts'
import type { CHARTS } from '../search.ts'

export type ChartKind = (typeof CHARTS)[number]
/** The plot without its axis. */
export const PLOT = 116
/** What the chart takes of the page: its plot, its axis, what is around them and the line below. */
export const CHART_SPACE = PLOT + 16 + 16 + 1

/** Which chart is shown, and whether as a table. */
export function ChartChoice({
  kind,
  table,
  onKind,
  onTable,
}: {
  kind: ChartKind
  table: boolean
  onKind(kind: ChartKind): void
  onTable(table: boolean): void
}) {
  return (
    <span className="flex items-center gap-1">
      <button
        type="button"
        aria-pressed={table}
        title="The chart as a table"
        onClick={() => onTable(!table)}
        className="grid size-(--control) place-items-center rounded-control text-text-2 hover:bg-hover hover:text-text aria-pressed:bg-selected aria-pressed:text-accent"
      >
        <Icon name="table" size={15} />
        <span className="sr-only">Chart as a table</span>
      </button>
      <Segmented<ChartKind>
        label="Chart"
        value={kind}
        onChange={onKind}
        options={(
          [
            ['scatter', 'Start against duration', 'scatter'],
            ['columns', 'Runs over time', 'bars'],
            ['concurrency', 'Runs at once', 'events'],
          ] as const
        ).map(([id, label, icon]) => ({ id, label, icon: <Icon name={icon} size={15} />, iconOnly: true }))}
      />
    </span>
  )
}

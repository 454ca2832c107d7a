import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Button, Dialog, DialogFoot, toast } from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { useZone } from '../../lib/preferences.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { shownColumns, TASK_RUN_COLUMNS, useColumnChoice } from './columns.tsx'
import type { RunsListProps } from './flow-runs-list.tsx'
import { flowRunNamesQuery } from './list-queries.ts'
import { NoRuns } from './no-runs.tsx'
import { useRunPermissions } from './permissions.ts'
import { type ListAction, RunList } from './run-list.tsx'
import { TaskRunCard } from './run-row.tsx'
import type { TaskRun } from './types.ts'
import { useBulk } from './use-bulk.tsx'
import { useTaskRunList } from './use-run-list.ts'

const SelectionBar = lazy(() => import('./selection-bar.tsx').then((m) => ({ default: m.SelectionBar })))

/** The task runs of a filter. The API orchestrates none of them, so deleting is all that can be done here. */
export function TaskRunsList({ filter, range, sort, peek, set, onClear }: RunsListProps) {
  const ws = useWorkspace()
  const [zone] = useZone()
  const now = useNow(60_000)
  const [stored] = useColumnChoice('task-runs')
  const columns = useMemo(() => shownColumns(TASK_RUN_COLUMNS, stored), [stored])
  const loaded = useTaskRunList({ filter, range, sort })
  const { runs, selection, selecting, total } = loaded
  const names = useQuery(
    flowRunNamesQuery(
      ws,
      runs.flatMap((run) => run.flow_run_id ?? []),
    ),
  )

  const [asked, setAsked] = useState<TaskRun[] | null>(null)
  const bulk = useBulk('task-run')
  const may = useRunPermissions()
  const ask = (action: ListAction, chosen: TaskRun[]): void => {
    if (action === 'delete') setAsked(chosen)
    else
      toast({
        title:
          action === 'retry'
            ? 'Task runs are not retried from here'
            : 'Task runs are not cancelled from here',
        text: `Their code decides about them. ${action === 'retry' ? 'Retry' : 'Cancel'} the flow run that they belong to.`,
        look: 'cancelled',
      })
  }
  return (
    <>
      <RunList
        kind="task-run"
        label="Task runs"
        loaded={loaded}
        columns={columns}
        facts={(run) => ({ runName: names.data?.get(run.flow_run_id ?? '') })}
        clock={{ zone, now }}
        card={(run) => <TaskRunCard run={run} zone={zone} now={now} />}
        empty={<NoRuns kind="task-runs" filter={filter} onClear={onClear} />}
        sort={sort}
        onSort={(next) => set({ sort: next }, true)}
        peek={peek}
        onPeek={(id) => set({ peek: id })}
        onAction={ask}
      />
      {selection.all.size > 0 ? (
        <Suspense>
          <SelectionBar
            selected={selection.all.size}
            total={total}
            actions={[
              {
                label: 'Delete',
                icon: 'trash',
                n: selection.all.size,
                bad: true,
                lacks: may.manage,
                run: () => ask('delete', [...selection.all.values()]),
              },
            ]}
            selecting={selecting}
            onAll={loaded.selectAll}
            onClear={selection.clear}
          />
        </Suspense>
      ) : null}
      {asked ? (
        <DeleteDialog
          runs={asked}
          onClose={() => setAsked(null)}
          onDelete={() => void bulk.removeTasks(asked).then((done) => done && selection.clear())}
        />
      ) : null}
      {bulk.report}
    </>
  )
}

function DeleteDialog({ runs, onClose, onDelete }: { runs: TaskRun[]; onClose(): void; onDelete(): void }) {
  const what = runs.length === 1 ? (runs[0]?.name ?? 'this task run') : plural(runs.length, 'task run')
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={`Delete ${what}?`}
      lead="Their states go with them; their flow runs and logs stay. This cannot be undone."
    >
      <div className="h-4" />
      <DialogFoot>
        <Button onClick={onClose}>Keep them</Button>
        <Button
          kind="bad"
          className="max-w-80"
          onClick={() => {
            onClose()
            onDelete()
          }}
        >
          <span className="clip">Delete {what}</span>
        </Button>
      </DialogFoot>
    </Dialog>
  )
}

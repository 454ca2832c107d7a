import { useState } from 'react'
import { Button, GuardedButton } from '../../components/ui/index.ts'
import { count } from '../../lib/format.ts'
import { type RunActions, refusal } from './actions.ts'
import { useRunPermissions } from './permissions.ts'
import { type RunDialog, RunDialogs } from './run-dialogs.tsx'
import type { FlowRun } from './types.ts'

/** What can be done to the selected runs. An action counts those it applies to. */
export function SelectionBar({
  runs,
  total,
  actions,
  selecting,
  onAll,
  onClear,
}: {
  runs: FlowRun[]
  total: number
  actions: RunActions
  selecting: boolean
  onAll(): void
  onClear(): void
}) {
  const [dialog, setDialog] = useState<RunDialog | null>(null)
  const may = useRunPermissions()
  const retryable = runs.filter((run) => refusal('retry', run) === null)
  const cancellable = runs.filter((run) => refusal('cancel', run) === null)
  const chosen = dialog === 'retry' ? retryable : dialog === 'cancel' ? cancellable : runs
  return (
    <div
      role="toolbar"
      aria-label={`${runs.length} runs selected`}
      className="fixed bottom-5 left-1/2 z-20 flex max-w-[calc(100vw-24px)] -translate-x-1/2 items-center gap-0.5 overflow-x-auto rounded-menu border border-line-strong bg-raised py-1.25 pr-1.5 pl-3.5 whitespace-nowrap shadow-float"
    >
      <b className="font-bold tabular-nums" aria-live="polite">
        {count(runs.length)} selected
      </b>
      {total > runs.length ? (
        <Button kind="act" busy={selecting} onClick={onAll}>
          Select all {count(total)}
        </Button>
      ) : null}
      <span className="mx-2 h-4.5 w-px flex-none bg-line-strong" />
      <GuardedButton
        why={may.run}
        kind="bare"
        icon="retry"
        disabled={may.run === null && retryable.length === 0}
        title={retryable.length ? undefined : 'None of these runs can be retried'}
        onClick={() => setDialog('retry')}
      >
        Retry {retryable.length || ''}
      </GuardedButton>
      <GuardedButton
        why={may.run}
        kind="bare"
        icon="stop"
        disabled={may.run === null && cancellable.length === 0}
        title={cancellable.length ? undefined : 'All of these runs have ended'}
        onClick={() => setDialog('cancel')}
      >
        Cancel {cancellable.length || ''}
      </GuardedButton>
      <GuardedButton why={may.manage} kind="bare-bad" icon="trash" onClick={() => setDialog('delete')}>
        Delete {runs.length}
      </GuardedButton>
      <span className="mx-2 h-4.5 w-px flex-none bg-line-strong" />
      <Button kind="bare" square icon="close" aria-label="Clear the selection" onClick={onClear} />
      <RunDialogs
        open={dialog}
        runs={chosen}
        actions={actions}
        onClose={() => setDialog(null)}
        onDeleted={onClear}
      />
    </div>
  )
}

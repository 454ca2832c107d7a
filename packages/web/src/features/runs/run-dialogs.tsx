import { useState } from 'react'
import { Button, Dialog, DialogBody, DialogFoot, SelectField, TextField } from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import type { RunActions, StateProposal } from './actions.ts'
import type { FlowRun } from './types.ts'

export type RunDialog = 'cancel' | 'retry' | 'delete' | 'state'
type Close = () => void

/** Asks before what cannot be taken back, and says what it will do. */
export function RunDialogs({
  open,
  runs,
  actions,
  onClose,
  onDeleted,
}: {
  open: RunDialog | null
  runs: FlowRun[]
  actions: RunActions
  onClose: Close
  onDeleted?: () => void
}) {
  if (!open) return null
  const what = runs.length === 1 ? (runs[0]?.name ?? 'this run') : plural(runs.length, 'run')
  const [only] = runs
  if (open === 'state' && only)
    return (
      <ChangeState
        stateType={only.state_type}
        onChange={(state) => actions.changeState(only, state)}
        onClose={onClose}
      />
    )
  const facts = {
    cancel: {
      title: `Cancel ${what}?`,
      lead: 'Running code is asked to stop; what it has already done stays done.',
      button: `Cancel ${what}`,
      run: () => actions.cancel(runs),
    },
    retry: {
      title: `Retry ${what}?`,
      lead: 'The run goes back to its queue and starts again. Tasks whose results are stored are not repeated.',
      button: `Retry ${what}`,
      run: () => actions.retry(runs),
    },
    delete: {
      title: `Delete ${what}?`,
      lead: 'Its task runs, states and logs go with it. This cannot be undone.',
      button: `Delete ${what}`,
      run: async () => {
        if (await actions.remove(runs)) onDeleted?.()
      },
    },
    state: null,
  }[open]
  if (!facts) return null
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()} title={facts.title} lead={facts.lead}>
      <div className="h-4" />
      <DialogFoot>
        <Button onClick={onClose}>{open === 'cancel' ? 'Let it run' : 'Keep it as it is'}</Button>
        <Button
          kind={open === 'retry' ? 'main' : 'bad'}
          className="max-w-80"
          onClick={() => {
            onClose()
            void facts.run()
          }}
        >
          <span className="clip">{facts.button}</span>
        </Button>
      </DialogFoot>
    </Dialog>
  )
}

const STATES = ['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED', 'SCHEDULED', 'PENDING', 'RUNNING'] as const

/** A state set by hand, past the rules. */
export function ChangeState({
  stateType,
  onChange,
  onClose,
}: {
  stateType: string | null
  onChange(state: StateProposal): Promise<boolean>
  onClose: Close
}) {
  const [type, setType] = useState<string>(stateType === 'COMPLETED' ? 'FAILED' : 'COMPLETED')
  const [message, setMessage] = useState('')
  const [busy, setBusy] = useState(false)
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title="Change the state"
      lead="The rules of orchestration are not asked. A process that still runs does not learn of it by this."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setBusy(true)
          void onChange({ type, ...(message && { message }) }).then((done) =>
            done ? onClose() : setBusy(false),
          )
        }}
      >
        <DialogBody>
          <SelectField
            label="New state"
            value={type}
            onChange={(event) => setType(event.target.value)}
            options={STATES.filter((each) => each !== stateType).map((each) => ({
              value: each,
              label: each.charAt(0) + each.slice(1).toLowerCase(),
            }))}
          />
          <TextField
            label="Why"
            optional
            hint="Shown in the run's history."
            value={message}
            onChange={(event) => setMessage(event.target.value)}
          />
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>Keep the state</Button>
          <Button kind="main" type="submit" busy={busy}>
            Change the state
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  )
}

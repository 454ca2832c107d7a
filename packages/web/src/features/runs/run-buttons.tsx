import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import {
  Button,
  buttonClass,
  copyText,
  GuardedButton,
  Icon,
  Menu,
  MenuItem,
  MenuLine,
  StateGlyph,
  Timestamp,
  toast,
} from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { useOfferedActions } from '../../lib/page-actions.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { isTerminal, lookOf, wordOf } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { type RunActions, refusal } from './actions.ts'
import { FlowRunLink } from './links.tsx'
import { useRunPermissions } from './permissions.ts'
import { neighbourRunsQuery, sameErrorQuery } from './queries.ts'
import { type RunDialog, RunDialogs } from './run-dialogs.tsx'
import { type FlowRun, stateOf } from './types.ts'

function Neighbours({ run }: { run: FlowRun }) {
  const ws = useWorkspace()
  const navigate = useNavigate()
  const { data } = useQuery(neighbourRunsQuery(ws, run))
  const go = (other: FlowRun | null | undefined): void => {
    if (other) void navigate({ href: `${ws.path}/runs/flow-run/${other.id}` })
  }
  useShortcuts([
    { keys: ',', run: () => go(data?.previous) },
    { keys: '.', run: () => go(data?.next) },
  ])
  const one = (other: FlowRun | null | undefined, icon: 'left' | 'right', word: string, key: string) =>
    other ? (
      <FlowRunLink
        id={other.id}
        className={buttonClass({ square: true })}
        title={`${word} run: ${other.name}, ${wordOf(stateOf(other))} (${key})`}
      >
        <Icon name={icon} size={15} />
        <span className="sr-only">
          {word} run: {other.name}
        </span>
      </FlowRunLink>
    ) : (
      <Button
        square
        icon={icon}
        disabled
        aria-label={`${word} run`}
        title={data ? `There is no ${word.toLowerCase()} run of this flow` : undefined}
      />
    )
  return (
    <>
      {one(data?.previous, 'left', 'Previous', ',')}
      {one(data?.next, 'right', 'Next', '.')}
    </>
  )
}

/** What can be done to the run in its state, and by this person. */
export function RunButtons({
  run,
  actions,
  onDeleted,
}: {
  run: FlowRun
  actions: RunActions
  onDeleted(): void
}) {
  const ws = useWorkspace()
  const [dialog, setDialog] = useState<RunDialog | null>(null)
  const ended = isTerminal(stateOf(run))
  const may = useRunPermissions()
  const noRetry = may.run ?? refusal('retry', run)
  const noCancel = may.run ?? refusal('cancel', run)
  useShortcuts([
    { keys: 'r', run: () => noRetry === null && setDialog('retry') },
    { keys: 'c', run: () => noCancel === null && setDialog('cancel') },
  ])
  useOfferedActions([
    { id: 'cancel', label: 'Cancel this run…', icon: 'stop', why: noCancel, run: () => setDialog('cancel') },
    { id: 'retry', label: 'Retry this run…', icon: 'retry', why: noRetry, run: () => setDialog('retry') },
  ])
  return (
    <div className="flex items-center gap-2">
      <Neighbours run={run} />
      {run.state_type === 'PAUSED' ? (
        <GuardedButton kind="main" icon="play" why={may.run} onClick={() => void actions.resume(run)}>
          Resume
        </GuardedButton>
      ) : null}
      {ended ? (
        <GuardedButton
          kind={run.state_type === 'COMPLETED' ? 'plain' : 'main'}
          icon="retry"
          why={noRetry}
          onClick={() => setDialog('retry')}
        >
          {run.state_type === 'COMPLETED' ? 'Run again' : 'Retry'}
        </GuardedButton>
      ) : (
        <GuardedButton icon="stop" why={noCancel} onClick={() => setDialog('cancel')}>
          Cancel
        </GuardedButton>
      )}
      <Menu trigger={<Button square icon="more" aria-label="More actions" />}>
        <CopyItems
          id={run.id}
          command={`prefect flow-run inspect ${run.id}`}
          url={`${location.origin}${ws.api.base}/flow_runs/${run.id}`}
        />
        <MenuLine />
        {ended ? null : (
          <MenuItem icon="stop" why={noCancel ?? undefined} onSelect={() => setDialog('cancel')} keys="C">
            Cancel…
          </MenuItem>
        )}
        <MenuItem icon="retry" why={noRetry ?? undefined} onSelect={() => setDialog('retry')} keys="R">
          Retry…
        </MenuItem>
        <MenuItem icon="gear" why={may.run ?? undefined} onSelect={() => setDialog('state')}>
          Change state…
        </MenuItem>
        <MenuItem icon="trash" bad why={may.manage ?? undefined} onSelect={() => setDialog('delete')}>
          Delete run…
        </MenuItem>
      </Menu>
      <RunDialogs
        open={dialog}
        runs={[run]}
        actions={actions}
        onClose={() => setDialog(null)}
        onDeleted={onDeleted}
      />
    </div>
  )
}

/** Ways to name a run elsewhere. */
export function CopyItems({ id, command, url }: { id: string; command: string; url: string }) {
  const copy = (text: string, title: string) => () =>
    void copyText(text).then((done) => done && toast({ title }))
  const curl = `curl -H "Authorization: Bearer $PREFECT_API_KEY" ${url}`
  return (
    <>
      <MenuItem icon="link" onSelect={copy(location.href, 'Link copied')}>
        Copy link
      </MenuItem>
      <MenuItem icon="copy" onSelect={copy(id, 'ID copied')}>
        Copy ID
      </MenuItem>
      <MenuItem icon="terminal" onSelect={copy(command, 'Command copied')}>
        Copy as command
      </MenuItem>
      <MenuItem icon="terminal" onSelect={copy(curl, 'curl command copied')}>
        Copy as curl
      </MenuItem>
    </>
  )
}

/** How often the same has gone wrong, and where. */
export function SameError({ run }: { run: FlowRun }) {
  const ws = useWorkspace()
  const navigate = useNavigate()
  const { data } = useQuery(sameErrorQuery(ws, run))
  if (!data || data.failures === 0) return null
  const all = (
    <MenuItem
      icon="runs"
      onSelect={() => void navigate({ href: `${ws.path}/runs?state=failed%7Ccrashed&flow=${run.flow_id}` })}
    >
      All failures of the flow
    </MenuItem>
  )
  const n = data.same.length
  return (
    <Menu
      trigger={
        <Button className="bg-transparent!">
          {n > 0 ? `Same error in ${plural(n, 'other run')}` : `${plural(data.failures, 'other failure')}`}
          <Icon name="down" size={14} />
        </Button>
      }
    >
      {data.same.slice(0, 10).map((other) => (
        <MenuItem
          key={other.id}
          icon={<StateGlyph look={lookOf(stateOf(other))} />}
          onSelect={() => void navigate({ href: `${ws.path}/runs/flow-run/${other.id}` })}
        >
          <span className="flex gap-4">
            <span className="clip flex-1">{other.name}</span>
            <Timestamp at={other.start_time ?? other.expected_start_time} className="text-text-3" />
          </span>
        </MenuItem>
      ))}
      {n > 0 ? <MenuLine /> : null}
      {all}
    </Menu>
  )
}

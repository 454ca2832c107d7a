import { useState } from 'react'
import {
  Button,
  Checkbox,
  CopyTextButton,
  Dialog,
  DialogBody,
  DialogFoot,
  toastError,
} from '../../components/ui/index.ts'
import { date, msOf } from '../../lib/format.ts'
import { useConfig } from '../../lib/identity.ts'
import { CodeTabs } from '../settings/code-tabs.tsx'
import { keyCommands } from '../settings/connect.ts'
import type { ApiKey, NewKey } from './keys.ts'

/** The key itself, the one time that it is shown. */
export function KeyBox({ value }: { value: string }) {
  return (
    <div className="flex min-h-10 items-center gap-2.5 rounded-control border border-accent bg-selected py-1 pr-1.25 pl-3">
      <code className="min-w-0 flex-1 font-mono text-data font-medium wrap-anywhere" data-testid="new-key">
        {value}
      </code>
      <CopyTextButton text={value} size="small" />
    </div>
  )
}

/** Shows a new key once. It cannot be left before the tick, because nothing brings the key back. */
export function RevealDialog({
  made,
  replaces,
  onDone,
  onRevoke,
}: {
  made: NewKey
  /** The key that is deleted when this one is copied. */
  replaces?: ApiKey | undefined
  onDone: () => Promise<void>
  onRevoke: () => Promise<void>
}) {
  const config = useConfig()
  const [copied, setCopied] = useState(false)
  const [revoking, setRevoking] = useState(false)
  const [ending, setEnding] = useState(false)
  const done = () => {
    setEnding(true)
    onDone()
      .catch((error: unknown) => toastError(`“${made.name}”: the old key could not be deleted`, error))
      .finally(() => setEnding(false))
  }
  return (
    <Dialog
      open
      locked
      onOpenChange={(open) => {
        if (!open && copied) done()
      }}
      title={`Copy the key “${made.name}”`}
      lead="This is the only time it is shown. Orrery keeps a hash, not the key."
    >
      <DialogBody>
        <KeyBox value={made.key} />
        <CodeTabs label="How to use the key" tabs={keyCommands(config.api_url, made.key)} />
        <Checkbox
          label="I have copied the key to a safe place"
          checked={copied}
          onChange={(event) => setCopied(event.target.checked)}
        />
      </DialogBody>
      <DialogFoot note={made.expiration ? `Expires ${date(msOf(made.expiration))}` : 'Never expires'}>
        <Button
          kind="bare-bad"
          busy={revoking}
          onClick={() => {
            setRevoking(true)
            onRevoke()
              .catch((error: unknown) => toastError('Not revoked', error))
              .finally(() => setRevoking(false))
          }}
        >
          Revoke it
        </Button>
        <Button kind="main" disabled={!copied} busy={ending} onClick={done}>
          {replaces ? 'Done, delete the old key' : 'Done'}
        </Button>
      </DialogFoot>
    </Dialog>
  )
}

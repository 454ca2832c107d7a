import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Dialog, DialogBody, DialogFoot, SelectField, TextField } from '../../components/ui/index.ts'
import { problemOf } from '../../lib/api.ts'
import { date } from '../../lib/format.ts'
import { type ApiKey, createKey, keysQuery, type NewKey } from './keys.ts'

const EXPIRIES = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'date', label: 'On a date' },
  { value: 'never', label: 'Never' },
] as const

const DAY = 86_400_000
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** The end of a key's life for what the form says; a date means until the end of that day. Null is never. */
export function expirationOf(choice: string, on: string, now: number): string | null {
  if (choice === 'never') return null
  if (choice === 'date') return new Date(`${on}T23:59:59`).toISOString()
  return new Date(now + Number(choice) * DAY).toISOString()
}

export function CreateKeyDialog({
  userId,
  suggestion = '',
  replaces,
  onClose,
  onCreated,
}: {
  userId: string
  suggestion?: string
  /** The key whose place the new one takes: it keeps the name, and the old one works until the new one is copied. */
  replaces?: ApiKey
  onClose: () => void
  onCreated: (key: NewKey) => void
}) {
  const queryClient = useQueryClient()
  const [name, setName] = useState(replaces?.name ?? suggestion)
  const [choice, setChoice] = useState<string>(replaces && !replaces.expiration ? 'never' : '90')
  const [on, setOn] = useState(() => day(Date.now() + 90 * DAY))
  const create = useMutation({
    mutationFn: () =>
      createKey(userId, { name: name.trim(), expiration: expirationOf(choice, on, Date.now()) }),
    onSuccess: (key) => {
      void queryClient.invalidateQueries({ queryKey: keysQuery(userId).queryKey })
      onCreated(key)
    },
  })
  const nameProblem = problemOf(create.error, 'name')
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={replaces ? `Rotate the key “${replaces.name}”` : 'Create an API key'}
      lead={
        replaces
          ? `A new key takes its place. ${replaces.masked_key} goes on until you have copied the new one, and is deleted then.`
          : 'It acts as you, in every workspace you can enter.'
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          // The portal's submit must not reach a form around the button that opened it.
          event.stopPropagation()
          if (!create.isPending) create.mutate()
        }}
      >
        <DialogBody>
          <TextField
            label="Name"
            required
            autoFocus={!replaces}
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="laptop"
            readOnly={replaces !== undefined}
            hint="Where the key will live, so that you know which one to delete."
            error={nameProblem}
          />
          <div className="grid gap-4 sm:grid-cols-2">
            <SelectField
              label="Expires"
              options={EXPIRIES}
              value={choice}
              onChange={(event) => setChoice(event.target.value)}
            />
            {choice === 'date' ? (
              <TextField
                label="Last day"
                type="date"
                required
                min={day(Date.now())}
                value={on}
                onChange={(event) => setOn(event.target.value)}
              />
            ) : (
              <p className="self-end pb-2 text-text-3">
                {choice === 'never'
                  ? 'It works until it is deleted.'
                  : date(Date.now() + Number(choice) * DAY)}
              </p>
            )}
          </div>
          {create.isError && !nameProblem ? (
            <p role="alert" className="text-failed">
              {create.error.message}
            </p>
          ) : null}
        </DialogBody>
        <DialogFoot>
          <Button kind="bare" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="main" type="submit" busy={create.isPending}>
            {replaces ? 'Create the new key' : 'Confirm'}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  )
}

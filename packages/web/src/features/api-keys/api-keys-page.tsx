import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { useState } from 'react'
import {
  Button,
  Dialog,
  DialogBody,
  DialogFoot,
  EmptyState,
  PageBody,
  PageHead,
  SkeletonRows,
  TablePanel,
  Td,
  Th,
  Timestamp,
  Tr,
  toast,
} from '../../components/ui/index.ts'
import { date, msOf, relative } from '../../lib/format.ts'
import { sessionQuery } from '../../lib/identity.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { CreateKeyDialog } from './create-dialog.tsx'
import { type ApiKey, deleteKey, keysQuery, type NewKey } from './keys.ts'
import { RevealDialog } from './reveal.tsx'

type Sort = { by: 'name' | 'created' | 'last_used' | 'expiration'; down: boolean }

/** Keys in the chosen order; what never happens (no use, no expiry) counts as the far end. */
export function sortKeys(keys: readonly ApiKey[], { by, down }: Sort): ApiKey[] {
  const value = (key: ApiKey): string =>
    by === 'name' ? key.name.toLowerCase() : (key[by] ?? (by === 'expiration' ? '9' : '0'))
  return keys.toSorted(
    (a, b) => value(a).localeCompare(value(b)) * (down ? -1 : 1) || a.id.localeCompare(b.id),
  )
}

export function ApiKeysPage() {
  usePage({ title: 'API keys', crumbs: [{ label: 'API keys' }] })
  const { data: me } = useQuery(sessionQuery)
  const queryClient = useQueryClient()
  const userId = me?.id ?? ''
  const keys = useQuery({ ...keysQuery(userId), enabled: userId !== '' })
  const [sort, setSort] = useState<Sort>({ by: 'name', down: false })
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<NewKey>()
  const [doomed, setDoomed] = useState<ApiKey>()
  const [rotated, setRotated] = useState<ApiKey>()
  const remove = useMutation({
    mutationFn: (keyId: string) => deleteKey(userId, keyId),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysQuery(userId).queryKey }),
  })

  const head = (by: Sort['by'], label: string) => (
    <Th
      className={by === 'created' || by === 'last_used' ? 'max-md:hidden' : ''}
      sorted={sort.by === by ? (sort.down ? 'desc' : 'asc') : false}
      onSort={() =>
        setSort({ by, down: sort.by === by ? !sort.down : by === 'created' || by === 'last_used' })
      }
    >
      {label}
    </Th>
  )
  const create = (
    <Button kind="main" icon="plus" onClick={() => setCreating(true)}>
      Create key
    </Button>
  )
  return (
    <PageBody>
      <PageHead title="API keys" lead="They act as you, in every workspace you can enter.">
        {create}
      </PageHead>
      <TablePanel
        label="API keys"
        query={keys}
        empty={
          keys.data?.length === 0 ? (
            <EmptyState
              title="No keys yet"
              text="A key lets the Prefect client, the CLI and your scripts in without your password."
            >
              {create}
            </EmptyState>
          ) : undefined
        }
      >
        <colgroup>
          <col />
          <col className="w-36 max-md:hidden" />
          <col className="w-34 max-md:hidden" />
          <col className="w-34 max-md:hidden" />
          <col className="w-52 max-md:w-31" />
          <col className="w-22" />
        </colgroup>
        <thead>
          <tr>
            {head('name', 'Name')}
            <Th className="max-md:hidden">Key</Th>
            {head('created', 'Created')}
            {head('last_used', 'Last used')}
            {head('expiration', 'Expires')}
            <Th>
              <span className="sr-only">Rotate or delete</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {keys.data ? (
            sortKeys(keys.data, sort).map((key) => (
              <Tr key={key.id} selected={key.id === made?.id}>
                <Td className="font-medium max-md:py-1.5" title={key.name}>
                  {key.name}
                  <span className="block truncate text-small font-regular text-text-3 md:hidden">
                    {key.last_used ? (
                      <>
                        used <Timestamp at={key.last_used} />
                      </>
                    ) : (
                      'never used'
                    )}
                  </span>
                </Td>
                <Td className="font-mono text-small text-text-2 max-md:hidden">{key.masked_key}</Td>
                <Td className="text-text-2 max-md:hidden">{date(msOf(key.created))}</Td>
                <Td className="text-text-2 max-md:hidden">
                  {key.last_used ? <Timestamp at={key.last_used} /> : 'never'}
                </Td>
                <Td className="text-text-2">
                  <Expiry at={key.expiration} />
                </Td>
                <Td className="text-right">
                  <Button
                    kind="bare"
                    size="small"
                    square
                    icon="retry"
                    aria-label={`Rotate ${key.name}`}
                    title={`Rotate ${key.name}: a new key takes its place`}
                    onClick={() => setRotated(key)}
                  />
                  <Button
                    kind="bare"
                    size="small"
                    square
                    icon="trash"
                    aria-label={`Delete ${key.name}`}
                    title={`Delete ${key.name}`}
                    onClick={() => setDoomed(key)}
                  />
                </Td>
              </Tr>
            ))
          ) : (
            <SkeletonRows rows={4} widths={['40%', '70%', '60%', '60%', '60%', '30%']} />
          )}
        </tbody>
      </TablePanel>
      {creating && userId ? (
        <CreateKeyDialog
          userId={userId}
          onClose={() => setCreating(false)}
          onCreated={(key) => {
            setCreating(false)
            setMade(key)
          }}
        />
      ) : null}
      {rotated && userId && !made ? (
        <CreateKeyDialog
          userId={userId}
          replaces={rotated}
          onClose={() => setRotated(undefined)}
          onCreated={(key) => setMade(key)}
        />
      ) : null}
      {made ? (
        <RevealDialog
          made={made}
          replaces={rotated}
          onDone={async () => {
            if (rotated) {
              await remove.mutateAsync(rotated.id)
              toast({ title: `“${rotated.name}” is rotated`, text: 'The old key is deleted.' })
            }
            setMade(undefined)
            setRotated(undefined)
          }}
          onRevoke={async () => {
            await remove.mutateAsync(made.id)
            setMade(undefined)
            setRotated(undefined)
            toast({ title: `“${made.name}” is revoked` })
          }}
        />
      ) : null}
      {doomed ? (
        <Dialog
          open
          onOpenChange={(open) => !open && setDoomed(undefined)}
          title={`Delete the key “${doomed.name}”?`}
          lead={
            doomed.last_used
              ? `What uses it is refused within a second. It was last used ${relative(msOf(doomed.last_used), Date.now())}.`
              : 'It was never used.'
          }
        >
          <DialogBody className="py-2!">
            {remove.isError ? (
              <p role="alert" className="text-failed">
                {remove.error.message}
              </p>
            ) : null}
          </DialogBody>
          <DialogFoot>
            <Button kind="bare" onClick={() => setDoomed(undefined)}>
              Cancel
            </Button>
            <Button
              kind="bad"
              icon="trash"
              busy={remove.isPending}
              onClick={() =>
                remove.mutate(doomed.id, {
                  onSuccess: () => {
                    setDoomed(undefined)
                    toast({ title: `“${doomed.name}” is deleted` })
                  },
                })
              }
            >
              Delete key
            </Button>
          </DialogFoot>
        </Dialog>
      ) : null}
    </PageBody>
  )
}

/** When a key ends; a week before, it is said loudly. */
function Expiry({ at }: { at: string | null }) {
  const now = useNow(60_000)
  if (!at) return <>never</>
  const left = msOf(at) - now
  if (left <= 0) return <span className="font-medium text-failed">expired {date(msOf(at))}</span>
  return (
    <>
      {date(msOf(at))}{' '}
      <span
        className={clsx(
          'max-md:block max-md:text-small',
          left < 7 * 86_400_000 ? 'text-small font-medium text-late md:ml-1' : 'text-text-3',
        )}
      >
        {relative(msOf(at), now)}
      </span>
    </>
  )
}

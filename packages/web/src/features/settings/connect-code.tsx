import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../components/ui/index.ts'
import { date, msOf } from '../../lib/format.ts'
import { sessionQuery, useConfig } from '../../lib/identity.ts'
import { CreateKeyDialog } from '../api-keys/create-dialog.tsx'
import type { NewKey } from '../api-keys/keys.ts'
import { CodeTabs } from './code-tabs.tsx'
import { connectCommands, localCommands } from './connect.ts'

/** The commands that connect a shell to a workspace, with a key made in place: what is copied then just works. */
export function ConnectCode({
  accountId,
  workspaceId,
  handle,
  name,
}: {
  accountId: string
  workspaceId: string
  handle: string
  name: string
}) {
  const config = useConfig()
  const local = config.mode === 'local'
  const { data: me } = useQuery({ ...sessionQuery, enabled: !local })
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<NewKey>()
  const tabs = local
    ? localCommands(config.api_url)
    : connectCommands({ apiUrl: config.api_url, accountId, workspaceId, handle, key: made?.key })
  return (
    <>
      <CodeTabs tabs={tabs} label="How to connect" />
      {local ? null : (
        <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-text-2">
          {made ? (
            <p role="status">
              The key <b className="font-medium text-text">{made.name}</b> is in the command
              {made.expiration ? ` and expires ${date(msOf(made.expiration))}` : ''}. It is shown only until
              you leave this page.
            </p>
          ) : (
            <>
              <Button icon="key" onClick={() => setCreating(true)} disabled={!me}>
                Create a key and put it in
              </Button>
              <span className="text-text-3">or put one of yours at its end</span>
            </>
          )}
        </div>
      )}
      {creating && me ? (
        <CreateKeyDialog
          userId={me.id}
          suggestion={`${name} connection`}
          onClose={() => setCreating(false)}
          onCreated={(key) => {
            setCreating(false)
            setMade(key)
          }}
        />
      ) : null}
    </>
  )
}

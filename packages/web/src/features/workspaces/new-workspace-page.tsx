import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import {
  Button,
  buttonClass,
  ErrorState,
  PageBody,
  PageHead,
  Panel,
  SelectField,
  TextField,
} from '../../components/ui/index.ts'
import { problemOf, root } from '../../lib/api.ts'
import { overviewQuery, sessionQuery, workspacesQuery } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { deriveHandle } from './handle.ts'

interface Account {
  account_id: string
  account_name: string
  account_handle: string
}

interface Created {
  id: string
  account_id: string
  handle: string
}

export function NewWorkspacePage() {
  usePage({
    title: 'Create workspace',
    crumbs: [{ label: 'Workspaces', to: '/workspaces' }, { label: 'Create' }],
  })
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const { data: me } = useQuery(sessionQuery)
  const accounts = useQuery({
    queryKey: ['me', 'accounts'],
    queryFn: ({ signal }) => root.get<Account[]>('/me/accounts', { signal }),
  })
  const [accountId, setAccountId] = useState<string>()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const chosen = accountId ?? me?.personal_account_id ?? accounts.data?.[0]?.account_id ?? ''
  const account = accounts.data?.find((each) => each.account_id === chosen)
  const { data: mine = [] } = useQuery(workspacesQuery)
  const taken = new Set(mine.filter((row) => row.account_id === chosen).map((row) => row.workspace_handle))
  const handle = deriveHandle(name, taken)
  const create = useMutation({
    mutationFn: () =>
      root.post<Created>(`/accounts/${chosen}/workspaces/`, {
        name: name.trim(),
        ...(description.trim() && { description: description.trim() }),
      }),
    onSuccess: async (workspace) => {
      await Promise.all([
        queryClient.refetchQueries({ queryKey: workspacesQuery.queryKey, exact: true, type: 'all' }),
        queryClient.invalidateQueries({ queryKey: overviewQuery.queryKey }),
      ])
      await navigate({
        to: '/account/$accountId/workspace/$workspaceId/dashboard',
        params: { accountId: workspace.account_id, workspaceId: workspace.id },
      })
    },
  })
  const problem = (field: string) => problemOf(create.error, field)
  const conflict =
    create.error && !problem('name') && !problem('description') ? create.error.message : undefined
  return (
    <PageBody>
      <PageHead
        title="Create workspace"
        lead="Flows, runs and logs of one project, team or client, in a space of their own."
      />
      <Panel className="max-w-160 p-4">
        {accounts.isError ? (
          <ErrorState
            title="Your accounts could not be loaded"
            error={accounts.error}
            onRetry={() => void accounts.refetch()}
          />
        ) : (
          <form
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault()
              if (!create.isPending) create.mutate()
            }}
          >
            <SelectField
              label="Account"
              value={chosen}
              disabled={(accounts.data?.length ?? 0) < 2}
              onChange={(event) => setAccountId(event.target.value)}
              options={(accounts.data ?? []).map((each) => ({
                value: each.account_id,
                label: each.account_name,
              }))}
            />
            <TextField
              label="Name"
              required
              autoFocus
              maxLength={200}
              autoComplete="off"
              placeholder="production"
              value={name}
              onChange={(event) => setName(event.target.value)}
              error={problem('name') ?? conflict}
              hint={
                handle ? (
                  <>
                    Its handle will be{' '}
                    <span className="font-mono">
                      {account ? `${account.account_handle}/` : ''}
                      {handle}
                    </span>
                  </>
                ) : (
                  'Its handle is made from it: letters, digits and dashes.'
                )
              }
            />
            <TextField
              label="Description"
              optional
              maxLength={1000}
              autoComplete="off"
              value={description}
              onChange={(event) => setDescription(event.target.value)}
              error={problem('description')}
            />
            <div className="flex items-center gap-2">
              <Button kind="main" type="submit" busy={create.isPending} disabled={!chosen}>
                Create
              </Button>
              <Link to="/workspaces" className={buttonClass({ kind: 'bare' })}>
                Cancel
              </Link>
            </div>
          </form>
        )}
      </Panel>
    </PageBody>
  )
}

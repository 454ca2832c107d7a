import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import {
  Button,
  CopyButton,
  ErrorState,
  Field,
  GuardedButton,
  Input,
  Loading,
  PageBody,
  PageHead,
  StateBadge,
  TextField,
  Timestamp,
  toast,
} from '../../components/ui/index.ts'
import { problemOf } from '../../lib/api.ts'
import { overviewQuery, useConfig, type WorkspaceRow, workspacesQuery } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { usePermissions } from '../../lib/permissions.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useOnboarding } from '../onboarding/onboarding.ts'
import { ConnectCode } from './connect-code.tsx'
import { DeleteWorkspace } from './delete-workspace.tsx'

interface WorkspaceFull {
  id: string
  created: string
  updated: string
  account_id: string
  name: string
  handle: string
  description: string | null
}

export function SettingsPage() {
  usePage({ title: 'Settings', crumbs: [{ label: 'Settings' }] })
  const config = useConfig()
  const workspace = useWorkspace()
  const local = config.mode === 'local'
  const { data: rows } = useQuery({ ...workspacesQuery, enabled: !local })
  const row = rows?.find((each) => each.workspace_id === workspace.workspaceId)
  const { hash } = useLocation()

  useEffect(() => {
    if (hash) document.getElementById(hash)?.scrollIntoView({ block: 'start' })
  }, [hash])

  const sections = local ? ['Connect'] : ['Connect', 'Details', 'Delete']
  return (
    <PageBody>
      <PageHead title={local ? 'Settings' : 'Workspace settings'} />
      <div className="grid gap-4 md:grid-cols-[176px_minmax(0,760px)] md:gap-8">
        <nav
          aria-label="Settings"
          className="flex gap-1 overflow-x-auto md:sticky md:top-16 md:block md:self-start"
        >
          {sections.map((section) => (
            <a
              key={section}
              href={`#${section.toLowerCase()}`}
              className="block h-7.5 rounded-control px-2.5 leading-7.5 text-text-2 hover:bg-hover hover:text-text"
            >
              {section}
            </a>
          ))}
        </nav>
        <div className="min-w-0">
          <Section
            id="connect"
            title="Connect"
            lead="Run this where your flows run. Their runs show up here from then on. It is copied as one line."
          >
            <ConnectCode
              accountId={workspace.accountId}
              workspaceId={workspace.workspaceId}
              handle={row ? `${row.account_handle}/${row.workspace_handle}` : ''}
              name={row?.workspace_name ?? 'local'}
            />
            <Proof />
          </Section>
          {local || !row ? null : <Details row={row} />}
          {local || !row ? null : (
            <Section
              id="delete"
              title="Delete this workspace"
              lead="Its flows, runs, logs and everything else in it are deleted at once and for good."
            >
              <DeleteWorkspace row={row} />
            </Section>
          )}
        </div>
      </div>
    </PageBody>
  )
}

export function Section({
  id,
  title,
  lead,
  children,
}: {
  id: string
  title: string
  lead?: ReactNode
  children: ReactNode
}) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      className="mb-6 scroll-mt-16 border-b border-line pb-6 last:border-0"
    >
      <h2 id={`${id}-title`} className="text-head">
        {title}
      </h2>
      {lead ? <p className="max-w-[62ch] text-text-2">{lead}</p> : null}
      <div className="mt-4">{children}</div>
    </section>
  )
}

/** Whether the command worked: nothing to press, it turns by itself. */
function Proof() {
  const { data, isError } = useOnboarding()
  if (isError || !data) return null
  return (
    <p role="status" className="mt-3 flex flex-wrap items-center gap-2 text-text-2">
      {data.first_event_at ? (
        <>
          <StateBadge look="completed" tone="word">
            Connected
          </StateBadge>
          <span>
            The first event arrived <Timestamp at={data.first_event_at} />.
          </span>
        </>
      ) : (
        <>
          <StateBadge look="pending" tone="word">
            Waiting
          </StateBadge>
          Nothing has arrived yet. This turns green with the first event.
        </>
      )}
    </p>
  )
}

function Details({ row }: { row: WorkspaceRow }) {
  const workspace = useWorkspace()
  const key = [workspace.key, 'workspace']
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => workspace.api.get<WorkspaceFull>('', { signal }),
  })
  return (
    <Section
      id="details"
      title="Details"
      lead="The handle is part of the names that the CLI uses for this workspace."
    >
      {query.data ? (
        <DetailsForm key={query.data.updated} row={row} workspace={query.data} />
      ) : query.isError ? (
        <ErrorState
          className="px-0!"
          title="The details could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Loading />
      )}
    </Section>
  )
}

function DetailsForm({ row, workspace }: { row: WorkspaceRow; workspace: WorkspaceFull }) {
  const { api, key } = useWorkspace()
  const queryClient = useQueryClient()
  const forbidden = usePermissions()('write_workspace_settings')
  const start = { name: workspace.name, handle: workspace.handle, description: workspace.description ?? '' }
  const [form, setForm] = useState(start)
  const set = (field: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm({ ...form, [field]: event.target.value })
  const changed = (Object.keys(start) as (keyof typeof start)[]).filter(
    (field) => form[field].trim() !== start[field],
  )
  const save = useMutation({
    mutationFn: () => api.patch('', Object.fromEntries(changed.map((field) => [field, form[field].trim()]))),
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: [key, 'workspace'] }),
        queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey, exact: true }),
        queryClient.invalidateQueries({ queryKey: overviewQuery.queryKey }),
      ])
      toast({ title: 'Saved' })
    },
  })
  const problem = (field: string) => problemOf(save.error, field)
  const other =
    save.error && !(['name', 'handle', 'description'] as const).some(problem) ? save.error.message : undefined
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (changed.length > 0 && forbidden === null && !save.isPending) save.mutate()
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Account" readOnly value={row.account_name} />
        <TextField
          label="Name"
          required
          maxLength={200}
          value={form.name}
          onChange={set('name')}
          error={problem('name')}
        />
        <TextField
          label="Handle"
          required
          maxLength={63}
          pattern="[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?"
          title="Lower-case letters, digits and dashes"
          value={form.handle}
          onChange={set('handle')}
          error={problem('handle')}
          hint={`${row.account_handle}/${form.handle}`}
        />
        <Field label="Workspace ID">
          {(ids) => (
            <span className="relative block">
              <Input readOnly mono value={workspace.id} className="pr-9" {...ids} />
              <span className="absolute top-1/2 right-1.5 -translate-y-1/2">
                <CopyButton text={workspace.id} label="Copy the workspace ID" />
              </span>
            </span>
          )}
        </Field>
      </div>
      <TextField
        label="Description"
        optional
        maxLength={1000}
        value={form.description}
        onChange={set('description')}
        error={problem('description')}
      />
      {other ? (
        <p role="alert" className="text-failed">
          {other}
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <GuardedButton
          why={forbidden}
          kind="main"
          type="submit"
          busy={save.isPending}
          disabled={changed.length === 0 && forbidden === null}
        >
          Save
        </GuardedButton>
        <Button
          kind="bare"
          disabled={changed.length === 0}
          onClick={() => {
            setForm(start)
            save.reset()
          }}
        >
          Discard
        </Button>
        <span className="ml-auto text-text-3">
          Last changed <Timestamp at={workspace.updated} />
        </span>
      </div>
    </form>
  )
}

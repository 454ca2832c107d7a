import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import {
  CopyButton,
  ErrorState,
  Field,
  Input,
  Loading,
  PageBody,
  PageHead,
  SaveBar,
  Section,
  TextField,
  Timestamp,
  toast,
} from '../../components/ui/index.ts'
import { problemOf } from '../../lib/api.ts'
import { overviewQuery, useConfig, type WorkspaceRow, workspacesQuery } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { usePermissions } from '../../lib/permissions.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { ConnectCode } from './connect-code.tsx'
import { ConnectionTest } from './connection-test.tsx'
import { DeleteWorkspace } from './delete-workspace.tsx'
import { useReading } from './use-reading.ts'

interface WorkspaceFull {
  id: string
  created: string
  updated: string
  account_id: string
  name: string
  handle: string
  description: string | null
}

const LOCAL_SECTIONS = [{ id: 'connect', label: 'Connect' }]
const SECTIONS = [...LOCAL_SECTIONS, { id: 'details', label: 'Details' }, { id: 'delete', label: 'Delete' }]

export function SettingsPage() {
  usePage({ title: 'Settings', crumbs: [{ label: 'Settings' }] })
  const config = useConfig()
  const workspace = useWorkspace()
  const local = config.mode === 'local'
  const { data: rows } = useQuery({ ...workspacesQuery, enabled: !local })
  const row = rows?.find((each) => each.workspace_id === workspace.workspaceId)
  const { hash } = useLocation()

  // The sections below the first one come with the workspace.
  const whole = local || row !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (hash) document.getElementById(hash)?.scrollIntoView({ block: 'start' })
  }, [hash, whole])

  const sections = local ? LOCAL_SECTIONS : SECTIONS
  const here = useReading(sections)
  return (
    <PageBody>
      <PageHead title={local ? 'Settings' : 'Workspace settings'} />
      <div className="grid gap-4 md:grid-cols-[176px_minmax(0,760px)] md:gap-8">
        <nav
          aria-label="Settings"
          className="flex gap-1 overflow-x-auto p-0.5 md:sticky md:top-16 md:block md:self-start"
        >
          {sections.map((section) => (
            <a
              key={section.id}
              href={`#${section.id}`}
              aria-current={section.id === here ? 'true' : undefined}
              className="block h-7.5 flex-none rounded-control px-2.5 leading-7.5 text-text-2 hover:bg-hover hover:text-text aria-current:bg-selected aria-current:font-medium aria-current:text-text"
            >
              {section.label}
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
            <ConnectionTest />
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
      <SaveBar
        changed={changed.length > 0}
        saving={save.isPending}
        problem={other}
        forbidden={forbidden}
        onDiscard={() => {
          setForm(start)
          save.reset()
        }}
      >
        Last changed <Timestamp at={workspace.updated} />
      </SaveBar>
    </form>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate, useParams } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useEffect, useState } from 'react'
import {
  Icon,
  type IconName,
  Kbd,
  StateBadge,
  toast,
  toastError,
  useReturnFocus,
} from '../../components/ui/index.ts'
import { apiAt } from '../../lib/api.ts'
import { overviewQuery, sessionQuery, useConfig, workspacesQuery } from '../../lib/identity.ts'
import { usePageActions } from '../../lib/page-actions.ts'
import { useRecentWorkspaces, useStars, useTheme, useZone } from '../../lib/preferences.ts'
import { workspaceApiBase, workspacePath } from '../../lib/workspace.ts'
import { byLiking } from './workspace-order.ts'

interface Entry {
  /** Why it cannot be done. */
  why?: string | null
  end?: ReactNode
  id: string
  label: string
  hint?: string
  icon: IconName
  run: () => void
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

const textOf = (entry: Entry): string => `${entry.label} ${entry.hint ?? ''} ${entry.id}`

/** Every word typed occurs; at the start of the label counts more. Fuzzier than this finds what nobody meant. */
export function matches(value: string, search: string): number {
  const text = value.toLowerCase()
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.every((word) => text.includes(word))) return 0
  return text.startsWith(words[0] ?? '') ? 1 : 0.5
}

interface Named {
  id: string
  name: string
  state_name?: string | null
}
interface Found {
  runs: Named[]
  flows: Named[]
  busy: boolean
}
const NONE: Named[] = []
const MOST = 6

/** Runs and flows whose name holds what is typed: asked for when the typing pauses. */
function useFound(base: string | undefined, text: string): Found {
  const [asked, setAsked] = useState('')
  const needle = text.trim()
  useEffect(() => {
    const timer = setTimeout(() => setAsked(needle), 150)
    return () => clearTimeout(timer)
  }, [needle])
  const query = useQuery({
    queryKey: [base, 'palette', asked],
    enabled: base !== undefined && asked.length >= 2 && !UUID.test(asked),
    queryFn: async ({ signal }) => {
      const api = apiAt(base ?? '')
      const ask = (path: string, body: object) =>
        api.post<Named[]>(path, { ...body, limit: MOST }, { signal })
      const name = { like_: asked }
      const [runs, flows] = await Promise.all([
        ask('/flow_runs/filter', { flow_runs: { name }, sort: 'EXPECTED_START_TIME_DESC' }),
        ask('/flows/filter', { flows: { name }, sort: 'NAME_ASC' }),
      ])
      return { runs, flows }
    },
  })
  // What was found for another text would lead somewhere nobody meant.
  const current = asked === needle ? query.data : undefined
  return {
    runs: current?.runs ?? NONE,
    flows: current?.flows ?? NONE,
    busy: needle.length >= 2 && base !== undefined && (asked !== needle || query.isFetching),
  }
}

async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast({ title: `${what} is copied`, look: 'completed' })
  } catch (error) {
    toastError('Not copied', error)
  }
}

/** The runs that began last: what one most often wants when nothing is typed yet. */
function useRecentRuns(base: string | undefined): Named[] {
  const query = useQuery({
    queryKey: [base, 'palette', 'recent'],
    enabled: base !== undefined,
    queryFn: ({ signal }) =>
      apiAt(base ?? '').post<Named[]>(
        '/flow_runs/filter',
        { flow_runs: { start_time: { is_null_: false } }, sort: 'START_TIME_DESC', limit: 5 },
        { signal },
      ),
  })
  return query.data ?? NONE
}

/** Everything, or only where else one could work. */
export type PaletteScope = 'all' | 'workspaces'

/** Go anywhere, find a flow or a run by its name or id, do the common things. */
export default function Palette({
  scope,
  onClose,
  onShortcuts,
}: {
  scope: PaletteScope
  onClose: () => void
  onShortcuts: () => void
}) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState('')
  const navigate = useNavigate()
  const config = useConfig()
  const local = config.mode === 'local'
  const { data: workspaces = [] } = useQuery({ ...workspacesQuery, enabled: !local })
  const { data: me } = useQuery({ ...sessionQuery, enabled: !local })
  const { accountId, workspaceId } = useParams({ strict: false }) as {
    accountId?: string
    workspaceId?: string
  }
  const [, setTheme] = useTheme()
  const objectId = UUID.exec(
    useLocation().pathname.split('/workspace/')[1]?.split('/').slice(1).join('/') ?? '',
  )?.[0]
  const path = accountId && workspaceId ? workspacePath(accountId, workspaceId) : undefined
  const base =
    path && accountId && workspaceId && scope === 'all'
      ? workspaceApiBase(config.mode, accountId, workspaceId)
      : undefined
  const found = useFound(base, text)
  const recentRuns = useRecentRuns(base)
  const pageActions = usePageActions()
  const { data: overview = [] } = useQuery({ ...overviewQuery, enabled: !local })
  const { stars } = useStars(me?.id ?? '')
  const { recent } = useRecentWorkspaces()
  const [zone, setZone] = useZone()

  const go = (to: string) => () => void navigate({ to: to as '/' })
  const pages: Entry[] = [
    ...(path
      ? [
          { id: 'home', label: 'Home', icon: 'home' as const, run: go(`${path}/dashboard`) },
          { id: 'runs', label: 'Runs', icon: 'runs' as const, run: go(`${path}/runs`) },
          { id: 'flows', label: 'Flows', icon: 'flows' as const, run: go(`${path}/flows`) },
          { id: 'artifacts', label: 'Artifacts', icon: 'artifacts' as const, run: go(`${path}/artifacts`) },
          // These have no page yet; theirs says what does their job meanwhile.
          { id: 'variables', label: 'Variables', icon: 'variables' as const, run: go(`${path}/variables`) },
          { id: 'events', label: 'Events', icon: 'events' as const, run: go(`${path}/events`) },
          {
            id: 'settings',
            label: 'Workspace settings',
            hint: 'how to connect',
            icon: 'gear' as const,
            run: go(`${path}/settings`),
          },
        ]
      : []),
    ...(local
      ? []
      : [
          { id: 'workspaces', label: 'Workspaces', icon: 'pools' as const, run: go('/workspaces') },
          { id: 'profile', label: 'Profile', icon: 'user' as const, run: go('/my/profile') },
          { id: 'keys', label: 'API keys', icon: 'key' as const, run: go('/my/api-keys') },
          { id: 'sessions', label: 'Sessions', icon: 'clock' as const, run: go('/my/sessions') },
        ]),
    ...(me?.is_instance_owner
      ? [
          {
            id: 'instance',
            label: 'Instance',
            hint: 'sign-up',
            icon: 'shield' as const,
            run: go('/instance'),
          },
        ]
      : []),
  ]
  const actions: Entry[] = [
    ...(local
      ? []
      : [{ id: 'new', label: 'Create workspace', icon: 'plus' as const, run: go('/workspaces/new') }]),
    { id: 'light', label: 'Light theme', icon: 'sun', run: () => setTheme('light') },
    { id: 'dark', label: 'Dark theme', icon: 'moon', run: () => setTheme('dark') },
    { id: 'system', label: 'Theme as the system', icon: 'screen', run: () => setTheme('system') },
    {
      id: 'zone',
      label: zone === 'utc' ? 'Show times in local time' : 'Show times in UTC',
      icon: 'clock',
      run: () => setZone(zone === 'utc' ? 'local' : 'utc'),
    },
    { id: 'shortcuts', label: 'Keyboard shortcuts', icon: 'help', run: onShortcuts },
    {
      id: 'copy-link',
      label: 'Copy the link to this page',
      icon: 'link',
      run: () => void copy(location.href, 'The link'),
    },
    ...(objectId
      ? [
          {
            id: 'copy-id',
            label: 'Copy the id',
            hint: objectId,
            icon: 'copy' as const,
            run: () => void copy(objectId, 'The id'),
          },
        ]
      : []),
  ]
  const latest: Entry[] = recentRuns.map((run) => ({
    id: `recent-${run.id}`,
    label: run.name,
    hint: `${run.state_name ?? 'No state'} run`,
    icon: 'runs',
    run: go(`${path}/runs/flow-run/${run.id}`),
  }))
  const here: Entry[] = pageActions.map((action) => ({ ...action, hint: action.why ?? '' }))
  const named: Entry[] = [
    ...found.runs.map((run) => ({
      id: run.id,
      label: run.name,
      hint: `${run.state_name ?? 'No state'} run`,
      icon: 'runs' as const,
      run: go(`${path}/runs/flow-run/${run.id}`),
    })),
    ...found.flows.map((flow) => ({
      id: flow.id,
      label: flow.name,
      hint: 'flow',
      icon: 'flows' as const,
      run: go(`${path}/flows/flow/${flow.id}`),
    })),
  ]
  const id = UUID.exec(text)?.[0].toLowerCase()
  const byId: Entry[] =
    id && path
      ? [
          {
            id: 'flow-run',
            label: 'Open flow run',
            hint: id,
            icon: 'runs',
            run: go(`${path}/runs/flow-run/${id}`),
          },
          {
            id: 'task-run',
            label: 'Open task run',
            hint: id,
            icon: 'runs',
            run: go(`${path}/runs/task-run/${id}`),
          },
          { id: 'flow', label: 'Open flow', hint: id, icon: 'flows', run: go(`${path}/flows/flow/${id}`) },
        ]
      : []
  const switches: Entry[] = workspaces
    .filter((row) => row.workspace_id !== workspaceId)
    .sort(byLiking(stars, recent))
    .map((row) => {
      const today = overview.find((each) => each.workspace_id === row.workspace_id)?.today
      const bad = today ? today.failed + today.crashed : 0
      return {
        id: row.workspace_id,
        label: row.workspace_name,
        hint: row.account_name,
        icon: stars.has(row.workspace_id) ? 'star' : 'home',
        run: go(`${workspacePath(row.account_id, row.workspace_id)}/dashboard`),
        end:
          bad > 0 ? (
            <StateBadge look="failed" tone="word" className="text-small">
              {bad}
              <span className="sr-only"> failed today</span>
            </StateBadge>
          ) : null,
      }
    })

  // What the server finds comes after the typing: Enter must not find nothing chosen where it is all there is.
  const first = named[0] && textOf(named[0])
  const onlyNamed = ![...here, ...pages, ...switches, ...actions].some((entry) =>
    matches(textOf(entry), text),
  )
  useEffect(() => {
    if (first && onlyNamed) setChosen(first)
  }, [first, onlyNamed])

  const group = (heading: string, entries: Entry[], always = false) =>
    entries.length > 0 ? (
      <Command.Group
        heading={heading}
        forceMount={always}
        className="**:[[cmdk-group-heading]]:px-2 **:[[cmdk-group-heading]]:pt-1.5 **:[[cmdk-group-heading]]:pb-0.5 **:[[cmdk-group-heading]]:text-small **:[[cmdk-group-heading]]:text-text-3"
      >
        {entries.map((entry) => (
          <Command.Item
            key={entry.id}
            value={textOf(entry)}
            forceMount={always}
            disabled={Boolean(entry.why)}
            onSelect={() => {
              onClose()
              entry.run()
            }}
            className="flex min-h-7.5 cursor-pointer items-center gap-2.25 rounded-[5px] px-2 data-[disabled=true]:text-text-3 data-[selected=true]:bg-hover"
          >
            <Icon name={entry.icon} className="text-text-3" />
            <span className="clip">{entry.label}</span>
            {entry.hint ? <span className="clip text-text-2">{entry.hint}</span> : null}
            {entry.end ? <span className="ml-auto pl-2">{entry.end}</span> : null}
          </Command.Item>
        ))}
      </Command.Group>
    ) : null

  const giveBack = useReturnFocus(true)
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={giveBack}
          className="fixed top-[min(18vh,140px)] left-1/2 z-50 w-140 max-w-[calc(100vw-24px)] -translate-x-1/2 rounded-menu border border-line-strong bg-raised p-1 shadow-float outline-none"
        >
          <Radix.Title className="sr-only">Find or do</Radix.Title>
          <Command label="Find or do" loop filter={matches} value={chosen} onValueChange={setChosen}>
            <div className="-mx-1 -mt-1 mb-1 flex h-10 items-center gap-2.25 border-b border-line px-3">
              <Icon name="search" className="text-text-3" />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder={
                  scope === 'all' ? 'Go to a page, find a run or flow, paste an id' : 'Switch to a workspace'
                }
                className="min-w-0 flex-1 bg-transparent text-base outline-none"
              />
              <Kbd>Esc</Kbd>
            </div>
            <Command.List className="max-h-[min(60vh,420px)] overflow-y-auto">
              <Command.Empty className="px-2 py-3 text-text-2">
                {found.busy ? 'Looking…' : 'Nothing is called so.'}
              </Command.Empty>
              {scope === 'all' ? (
                <>
                  {group('By id', byId, true)}
                  {group('This run', here)}
                  {group('Go to', pages)}
                  {text.trim() ? null : group('Latest runs', latest)}
                  {group('Runs and flows', named, true)}
                  {group('Switch workspace', switches)}
                  {group('Do', actions)}
                </>
              ) : (
                group('Switch workspace', switches)
              )}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

import { Link, useParams } from '@tanstack/react-router'
import { buttonClass, Command, EmptyState, PageBody } from '../../components/ui/index.ts'
import { usePage } from '../../lib/page.ts'
import { useWorkspace } from '../../lib/workspace.ts'

/** What the address of a page that does not exist yet stands for, and what does its job today. */
export interface Planned {
  title: string
  text: string
  /** Commands of the Python client that work against this server now. */
  commands?: readonly string[]
}

/** First part of the address to what it is. The addresses are those that a Prefect client prints. */
export const PLANNED: Readonly<Record<string, Planned>> = {
  deployments: {
    title: 'Deployments are not here yet',
    text: 'This version runs what a script starts: call the flow, and its run shows up under Runs. A client that tries to make a deployment is told so.',
  },
  'work-pools': {
    title: 'Work pools are not here yet',
    text: 'Workers need deployments, which this version does not have. Flows run where their script runs.',
  },
  'work-queues': {
    title: 'Work queues are not here yet',
    text: 'They belong to work pools, which this version does not have.',
  },
  blocks: {
    title: 'Blocks are not here yet',
    text: 'Keep what a flow needs in variables, or in the environment that it runs in.',
    commands: ['prefect variable set NAME VALUE'],
  },
  variables: {
    title: 'Variables have no page yet',
    text: 'The workspace keeps them, and flows read them. The command line lists, sets and deletes them.',
    commands: ['prefect variable ls', 'prefect variable set NAME VALUE', 'prefect variable unset NAME'],
  },
  automations: {
    title: 'Automations are not here yet',
    text: 'Events are kept, so that they can act on them later. Until then, follow them on the command line.',
    commands: ['prefect events stream'],
  },
  events: {
    title: 'Events have no page yet',
    text: 'Every event of the workspace is kept. The history of a run stands on its page; the command line follows all of them as they come.',
    commands: ['prefect events stream'],
  },
  'concurrency-limits': {
    title: 'Concurrency limits are not here yet',
    text: 'Nothing is limited in this version: every run that asks to start may start.',
  },
}

/** A page that a Prefect client may link to before it exists: it says what there is instead. */
export function PlannedPage() {
  const { _splat: rest = '' } = useParams({ strict: false }) as { _splat?: string }
  const planned = PLANNED[rest.split('/')[0] ?? ''] ?? { title: 'This page is not here yet', text: '' }
  const { path } = useWorkspace()
  usePage({ title: planned.title, crumbs: [{ label: planned.title }] })
  return (
    <PageBody>
      <h1 className="sr-only">{planned.title}</h1>
      <EmptyState className="px-0!" title={planned.title} text={planned.text}>
        {planned.commands ? (
          <div className="mb-3 grid w-full max-w-140 gap-2">
            {planned.commands.map((command) => (
              <Command key={command} command={command} />
            ))}
          </div>
        ) : null}
        <Link to={`${path}/runs` as '/'} className={buttonClass({})}>
          Show the runs
        </Link>
      </EmptyState>
    </PageBody>
  )
}

/** What the page of an artifact and the page of a key share: the head's facts, its actions, and what it holds. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { type ReactNode, useState } from 'react'
import {
  Button,
  copyText,
  Dialog,
  DialogBody,
  DialogFoot,
  Icon,
  Menu,
  MenuItem,
  Panel,
  Timestamp,
  toast,
  toastError,
} from '../../components/ui/index.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useRunPermissions } from '../runs/permissions.ts'
import { Markdown } from './lazy-markdown.tsx'
import { artifactKeys, runNamesQuery } from './queries.ts'
import { MadeBy } from './run-link.tsx'
import { type Artifact, lookOf } from './types.ts'
import { ArtifactView } from './viewer.tsx'

export function KindMark({
  artifact,
  className,
}: {
  artifact: Pick<Artifact, 'type' | 'data'>
  className?: string
}) {
  const { word, icon } = lookOf(artifact)
  return (
    <span className={clsx('inline-flex flex-none items-baseline gap-1.5 text-text-2', className)}>
      <Icon name={icon} size={15} className="self-center text-text-3" />
      {word}
    </span>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex max-w-full min-w-0 items-baseline gap-1.5">
      <dt className="flex-none text-text-3">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

export function Facts({ artifact, children }: { artifact: Artifact; children?: ReactNode }) {
  const ws = useWorkspace()
  const names = useQuery(runNamesQuery(ws, [artifact]))
  return (
    <dl className="flex flex-wrap items-baseline gap-x-6 gap-y-1">
      <dt className="sr-only">Type</dt>
      <dd>
        <KindMark artifact={artifact} />
      </dd>
      {children}
      <Fact label="Made">
        <Timestamp at={artifact.created} form="full" />
      </Fact>
      {artifact.updated !== artifact.created ? (
        <Fact label="Changed">
          <Timestamp at={artifact.updated} />
        </Fact>
      ) : null}
      <Fact label="By">
        <MadeBy artifact={artifact} names={names.data} />
      </Fact>
    </dl>
  )
}

export function Actions({
  artifact,
  raw,
  onRaw,
  onDeleted,
}: {
  artifact: Artifact
  raw: boolean
  onRaw(raw: boolean): void
  onDeleted(): void
}) {
  const ws = useWorkspace()
  const client = useQueryClient()
  const may = useRunPermissions()
  const [asking, setAsking] = useState(false)
  const copied = (what: string) => (ok: boolean) => ok && toast({ title: `${what} copied` })
  const remove = async (): Promise<void> => {
    setAsking(false)
    try {
      await ws.api.delete(`/artifacts/${artifact.id}`)
      toast({ title: 'The artifact is deleted' })
      onDeleted()
      client.removeQueries({ queryKey: artifactKeys.one(ws, artifact.id) })
      await client.invalidateQueries({ queryKey: artifactKeys.lists(ws) })
    } catch (error) {
      toastError('Not deleted', error)
    }
  }
  return (
    <>
      <Button aria-pressed={raw} icon="variables" onClick={() => onRaw(!raw)}>
        Raw
      </Button>
      <Menu trigger={<Button square icon="more" aria-label="More actions" />}>
        <MenuItem icon="copy" onSelect={() => void copyText(artifact.id).then(copied('ID'))}>
          Copy ID
        </MenuItem>
        <MenuItem
          icon="link"
          onSelect={() =>
            void copyText(
              `${location.origin}${ws.mode === 'local' ? '' : ws.path}/artifacts/artifact/${artifact.id}`,
            ).then(copied('Link'))
          }
        >
          Copy link
        </MenuItem>
        <MenuItem icon="trash" bad why={may.manage ?? undefined} onSelect={() => setAsking(true)}>
          Delete…
        </MenuItem>
      </Menu>
      <Dialog open={asking} onOpenChange={setAsking} title="Delete this artifact?">
        <DialogBody>
          <p className="text-text-2">
            {artifact.key
              ? `This version of ${artifact.key} is deleted for good. If it is the latest, the one before becomes that.`
              : 'It is deleted for good. The run that made it stays.'}
          </p>
        </DialogBody>
        <DialogFoot>
          <Button onClick={() => setAsking(false)}>Keep it</Button>
          <Button kind="bad" icon="trash" onClick={() => void remove()}>
            Delete
          </Button>
        </DialogFoot>
      </Dialog>
    </>
  )
}

/** Description, then content. */
export function Content({ artifact, raw, label }: { artifact: Artifact; raw: boolean; label: string }) {
  return (
    <Panel aria-label={label} className="grid min-w-0 gap-4 p-4 md:p-5">
      <h2 className="sr-only">What it holds</h2>
      {artifact.description ? (
        <div className="border-b border-line pb-4 text-text-2">
          <Markdown text={artifact.description} />
        </div>
      ) : null}
      <ArtifactView artifact={artifact} raw={raw} />
    </Panel>
  )
}

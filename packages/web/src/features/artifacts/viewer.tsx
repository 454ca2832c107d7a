import { useState } from 'react'
import { CopyButton, Icon } from '../../components/ui/index.ts'
import { DataTable } from './data-table.tsx'
import { Markdown } from './lazy-markdown.tsx'
import { OUTSIDE, safeHref, safeImage } from './safe-url.ts'
import { parseTable } from './table-data.ts'
import { type Artifact, kindOf, linkOf, percentOf, rawText } from './types.ts'

type Shown = Pick<Artifact, 'key' | 'type' | 'data'>

/** What an artifact holds, each type in its way; `raw` shows what was stored. */
export function ArtifactView({ artifact, raw = false }: { artifact: Shown; raw?: boolean }) {
  if (raw) return <Raw data={artifact.data} />
  const { key, data } = artifact
  switch (kindOf(artifact)) {
    case 'markdown':
      return typeof data === 'string' && data.trim() !== '' ? <Markdown text={data} /> : <Raw data={data} />
    case 'table': {
      const table = parseTable(data)
      return table ? <DataTable table={table} name={key ?? 'table'} /> : <Raw data={data} />
    }
    case 'progress': {
      const percent = percentOf(data)
      return percent === null ? <Raw data={data} /> : <Progress percent={percent} label={key ?? 'Progress'} />
    }
    case 'image':
      return <Picture address={String(data)} alt={key ?? ''} />
    case 'link': {
      const link = linkOf(artifact)
      return link ? <OneLink {...link} /> : <Raw data={data} />
    }
    case null:
      return <Raw data={data} />
  }
}

function Raw({ data }: { data: unknown }) {
  if (data === null || data === undefined) return <p className="text-text-2">It holds no data.</p>
  const text = rawText(data)
  return (
    <div className="relative rounded-control border border-line-strong bg-sunken">
      <div className="absolute top-1 right-1">
        <CopyButton text={text} label="Copy the data" />
      </div>
      <pre className="p-3.5 pr-10 font-mono text-small leading-5 wrap-anywhere whitespace-pre-wrap">
        {text}
      </pre>
    </div>
  )
}

const figure = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })

export function ProgressBar({ percent, label }: { percent: number; label: string }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent * 10) / 10}
      className="h-2 w-full overflow-hidden rounded-full bg-line"
    >
      <div
        className="h-full rounded-full transition-[width] duration-(--t-move)"
        style={{
          width: `${percent}%`,
          background: percent >= 100 ? 'var(--st-completed-fill)' : 'var(--st-running)',
        }}
      />
    </div>
  )
}

export const percentText = (percent: number): string => `${figure.format(percent)} %`

function Progress({ percent, label }: { percent: number; label: string }) {
  return (
    <div className="grid max-w-160 gap-2">
      <span className="text-figure leading-tight font-medium tabular-nums" aria-live="polite">
        {percentText(percent)}
      </span>
      <ProgressBar percent={percent} label={label} />
    </div>
  )
}

function Picture({ address, alt }: { address: string; alt: string }) {
  const src = safeImage(address)
  const [broken, setBroken] = useState('')
  if (!src)
    return (
      <Refused what="The image" address={address} why="Images are loaded from https and data addresses." />
    )
  if (broken === src) return <Refused what="The image" address={address} why="The address gave no image." />
  return (
    <a href={src.startsWith('data:') ? undefined : src} {...OUTSIDE} className="inline-block max-w-full">
      <img
        src={src}
        alt={alt}
        referrerPolicy="no-referrer"
        onError={() => setBroken(src)}
        className="max-h-[70vh] max-w-full rounded-control border border-line"
      />
    </a>
  )
}

function OneLink({ text, href }: { text: string; href: string }) {
  const safe = safeHref(href)
  if (!safe)
    return <Refused what="The link" address={href} why="Links lead to http, https and mail addresses." />
  return (
    <p className="grid justify-items-start gap-0.5">
      <a href={safe} {...OUTSIDE} className="link inline-flex items-center gap-1.5 text-base font-medium">
        {text}
        <Icon name="external" size={14} />
      </a>
      {text === href ? null : <span className="font-mono text-small wrap-anywhere text-text-3">{href}</span>}
    </p>
  )
}

function Refused({ what, address, why }: { what: string; address: string; why: string }) {
  return (
    <div className="grid gap-1">
      <p className="flex items-center gap-1.5 font-medium">
        <Icon name="warn" size={15} className="text-late" />
        {what} is not shown
      </p>
      <p className="text-text-2">{why}</p>
      <p className="font-mono text-small wrap-anywhere text-text-3">{address}</p>
    </div>
  )
}

// What the pages read of the API's answers.
import type { Artifact, ArtifactCollection } from '@orrery/schemas'
import type { IconName } from '../../components/ui/index.ts'

export type { Artifact, ArtifactCollection }

/** The types that clients make. Others exist (a state's result, what people make up) and are shown raw. */
export const KINDS = ['markdown', 'table', 'progress', 'image', 'link'] as const
export type Kind = (typeof KINDS)[number]

const LOOKS: Record<Kind, { word: string; icon: IconName }> = {
  markdown: { word: 'Markdown', icon: 'artifacts' },
  table: { word: 'Table', icon: 'table' },
  progress: { word: 'Progress', icon: 'timeline' },
  image: { word: 'Image', icon: 'screen' },
  link: { word: 'Link', icon: 'link' },
}

type Shown = Pick<Artifact, 'type' | 'data'>

/** The Python client stores a link as Markdown that is nothing but a link. */
const ONLY_LINK = /^\s*\[([^\]\n]*)\]\(\s*<?([^\s()<>]+)>?\s*\)\s*$/

/** The address and text of an artifact that is only a link; null for every other. */
export function linkOf({ type, data }: Shown): { text: string; href: string } | null {
  if (typeof data !== 'string') return null
  if (type === 'link') {
    const found = ONLY_LINK.exec(data)
    return found ? { text: found[1]!, href: found[2]! } : { text: data, href: data.trim() }
  }
  const found = type === 'markdown' ? ONLY_LINK.exec(data) : null
  return found && { text: found[1] || found[2]!, href: found[2]! }
}

/** How an artifact is shown; null when only raw. */
export function kindOf(artifact: Shown): Kind | null {
  if (linkOf(artifact)) return 'link'
  return KINDS.find((each) => each === artifact.type) ?? null
}

export function lookOf(artifact: Shown): { word: string; icon: IconName } {
  const kind = kindOf(artifact)
  return kind ? LOOKS[kind] : { word: artifact.type ?? 'Result', icon: 'block' }
}

export const wordOfType = (type: string): string => LOOKS[type as Kind]?.word ?? type // a type of people's own is shown as they wrote it

/** Progress in percent, within 0 and 100; null for what is no number. */
export function percentOf(data: unknown): number | null {
  const value = typeof data === 'string' && data.trim() !== '' ? Number(data) : data
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  return Math.min(100, Math.max(0, value))
}

/** Data as people read it: texts as they are, everything else as JSON. */
export function rawText(data: unknown): string {
  if (typeof data !== 'string') return JSON.stringify(data, null, 2)
  // A table comes as JSON in one line.
  if (!/^\s*[[{]/.test(data)) return data
  try {
    return JSON.stringify(JSON.parse(data), null, 2)
  } catch {
    return data
  }
}

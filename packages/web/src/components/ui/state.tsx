import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import { isLoud, LOOK_WORDS, lookOf, type StateLike, type StateLook, wordOf } from '../../lib/states.ts'

// The silhouette alone tells good, bad, waiting and stopped apart.
const OCTAGON = 'M-3-7.2h6l4.2 4.2v6L3 7.2h-6L-7.2 3v-6z'

const SHAPES: Record<StateLook, ReactNode> = {
  completed: (
    <>
      <circle r="7" className="g-fill" />
      <path d="M-3.2 .2l2.2 2.4 4.2-4.8" className="g-cut" />
    </>
  ),
  cached: (
    <>
      <circle r="6.2" className="g-hollow" />
      <path d="M-2.8 .2l2 2.1 3.7-4.2" className="g-line" />
    </>
  ),
  running: (
    <>
      <circle r="6.2" className="g-hollow" opacity=".35" />
      <path d="M0-6.2A6.2 6.2 0 016.2 0" className="g-line g-spin" />
      <path d="M-1.9-3.1L3.3 0l-5.2 3.1z" className="g-fill" />
    </>
  ),
  retrying: (
    <>
      <path d="M5.7-2.4A6.2 6.2 0 106.2 .8" className="g-line" />
      <path d="M6.4-6v3.8H2.6" className="g-line" />
      <path d="M-1.5-2.5L2.7 0l-4.2 2.5z" className="g-fill" />
    </>
  ),
  failed: (
    <>
      <path d={OCTAGON} className="g-fill" />
      <path d="M-2.6-2.6l5.2 5.2M2.6-2.6l-5.2 5.2" className="g-cut" />
    </>
  ),
  timedout: (
    <>
      <path d={OCTAGON} className="g-fill" />
      <path d="M0-3.6V.3L2.5 2" className="g-cut" />
    </>
  ),
  crashed: (
    <>
      <path d="M0-7.4L7.8 6.4H-7.8z" className="g-fill" />
      <path d="M.8-3.2l-2.4 4h3.2l-2.2 4" className="g-cut" />
    </>
  ),
  scheduled: (
    <>
      <circle r="6.2" className="g-hollow" />
      <path d="M0-3.2V.3L2.3 1.8" className="g-line" />
    </>
  ),
  awaiting: (
    <>
      <path d="M3.7-5A6.2 6.2 0 106.2-.6" className="g-line" />
      <path d="M4.2-7.4v2.8H1.4" className="g-line" />
      <path d="M0-3V.3L2 1.6" className="g-line" />
    </>
  ),
  late: (
    <>
      <circle r="5.9" className="g-hollow g-thick" />
      <path d="M0-2.9V.6M0 2.9v.1" className="g-line g-thick" />
    </>
  ),
  pending: <circle r="6.2" className="g-hollow g-dotted" />,
  blocked: (
    <>
      <circle r="6.2" className="g-hollow g-dotted" />
      <path d="M-2.4 0h4.8" className="g-line" />
    </>
  ),
  paused: (
    <>
      <rect x="-6.6" y="-6.6" width="13.2" height="13.2" rx="2.5" className="g-fill" />
      <path d="M-2-3v6M2-3v6" className="g-cut" />
    </>
  ),
  suspended: (
    <>
      <rect x="-6" y="-6" width="12" height="12" rx="2.5" className="g-hollow" />
      <path d="M-1.8-2.6v5.2M1.8-2.6v5.2" className="g-line" />
    </>
  ),
  cancelling: (
    <>
      <circle r="6.2" className="g-hollow" strokeDasharray="7 2.74" />
      <path d="M-3 3L3-3" className="g-line" />
    </>
  ),
  cancelled: (
    <>
      <circle r="6.2" className="g-hollow" />
      <path d="M-4.2 4.2L4.2-4.2" className="g-line" />
    </>
  ),
}

/** The sign of a state. `label` names it for readers of the screen where no word stands beside it. */
export function StateGlyph({
  look,
  size = 14,
  label,
  className,
}: {
  look: StateLook
  size?: number
  label?: string
  className?: string
}) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it is hidden, or named by its label
    <svg
      className={clsx('block flex-none overflow-visible', `s-${look}`, className)}
      width={size}
      height={size}
      viewBox="-8 -8 16 16"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      {SHAPES[look]}
    </svg>
  )
}

/**
 * A state as glyph and word. Bad news stands on its tint; the rest is a plain word.
 * `tone` "word" colours the word instead (counts, headings); "plain" and "loud" force one or the other.
 */
export function StateBadge({
  state,
  look,
  children,
  tone = 'auto',
  big = false,
  className,
}: {
  state?: StateLike | null | undefined
  look?: StateLook
  children?: ReactNode
  tone?: 'auto' | 'plain' | 'loud' | 'word'
  big?: boolean
  className?: string
}) {
  const shown = look ?? lookOf(state)
  const loud = tone === 'loud' || (tone === 'auto' && isLoud(shown))
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 whitespace-nowrap align-middle',
        `s-${shown}`,
        loud && 'bg-(--tint) font-medium text-(--c) [--cut:var(--tint)]',
        loud &&
          (big
            ? 'h-6.5 rounded-control pr-2.5 pl-1.75 text-data'
            : 'h-5 rounded-chip pr-1.75 pl-1 text-small'),
        !loud && (tone === 'word' ? 'font-medium text-(--c)' : 'text-text-2'),
        className,
      )}
    >
      <StateGlyph look={shown} />
      {children ?? (look ? LOOK_WORDS[look] : wordOf(state))}
    </span>
  )
}

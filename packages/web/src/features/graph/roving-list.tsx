import { type ComponentProps, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { LOOK_WORDS } from '../../lib/states.ts'
import { type Cluster, clusterLabel } from './clusters.ts'
import { type GraphModel, stateAt } from './model.ts'

/** At most this many tasks are mirrored: those nearest to the middle of the view. */
export const MOST_MIRRORED = 200

/**
 * What the canvas shows, as a list off the screen that assistive technology can read and work: one stop of the Tab
 * key, arrows inside. What has the focus is ringed and named on the canvas.
 */
export function RovingList({
  model,
  nodes,
  clusters,
  selected,
  onFocus,
  onSelect,
  onOpen,
  onCluster,
}: {
  model: GraphModel
  nodes: readonly number[]
  /** Folded clusters, which are opened from here as well. */
  clusters: readonly Cluster[]
  selected: ReadonlySet<number>
  /** -1 when the list loses the focus. */
  onFocus(node: number): void
  onSelect(node: number, add: boolean): void
  onOpen(node: number): void
  onCluster(cluster: Cluster): void
}) {
  const [place, setPlace] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const focused = useRef(false)
  const total = clusters.length + nodes.length
  const current = Math.min(place, Math.max(0, total - 1))
  // The view may move while the list is read; the focus stays in the list.
  useEffect(() => {
    if (focused.current) list.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (step) setPlace(Math.max(0, Math.min(total - 1, current + step)))
    else if (event.key === 'Home') setPlace(0)
    else if (event.key === 'End') setPlace(total - 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  if (total === 0) return null
  const item = (i: number, node: number, words: string, more: ComponentProps<'button'>) => (
    <button
      type="button"
      tabIndex={i === current ? 0 : -1}
      onKeyDown={onKeyDown}
      onFocus={() => {
        focused.current = true
        onFocus(node)
      }}
      onBlur={() => {
        focused.current = false
        onFocus(-1)
      }}
      {...more}
    >
      {words}
    </button>
  )
  return (
    <ul ref={list} aria-label="Tasks in the middle of the Radar" className="sr-only">
      {clusters.map((cluster, i) => (
        <li key={cluster.key}>
          {item(i, -1, clusterLabel(cluster), {
            'aria-expanded': false,
            onClick: () => onCluster(cluster),
          })}
        </li>
      ))}
      {nodes.map((node, n) => (
        <li key={model.ids[node]}>
          {item(clusters.length + n, node, `${model.labels[node]}, ${LOOK_WORDS[stateAt(model, node)]}`, {
            'aria-pressed': selected.has(node),
            onClick: (event) => onSelect(node, event.shiftKey || event.ctrlKey || event.metaKey),
            onDoubleClick: () => onOpen(node),
          })}
        </li>
      ))}
    </ul>
  )
}

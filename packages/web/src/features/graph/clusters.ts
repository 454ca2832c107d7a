// Rings with very many nodes, seen from afar: runs of one task are one arc, split by state ("extract ×1,842 · 12 failed").
// Opening a cluster changes no place: its nodes are drawn where they have always been.
import { count } from '../../lib/format.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import { type GraphModel, taskOf } from './model.ts'
import { ARC } from './polar.ts'
import { MOST_UNFOLDED, type RadarLayout } from './radar-layout.ts'
import { BAD_STATES, GRAPH_STATES } from './states.ts'

/** A shorter row of nodes is shown as it is. */
const LEAST = 12

export type Cluster = {
  /** Names it in the address. */
  key: string
  task: string
  ring: number
  nodes: Uint32Array
  low: number
  high: number
  inner: number
  outer: number
  /** Indices into GRAPH_STATES with how many nodes wear them; bad news last, as it is drawn last. */
  counts: [state: number, n: number][]
}
export type Clusters = { list: Cluster[]; of: Int32Array }

/** The clusters of a graph, opened or not; null when no ring is that full. */
export function clustersOf(model: GraphModel, layout: RadarLayout): Clusters | null {
  const list: Cluster[] = []
  const of = new Int32Array(model.size).fill(-1)
  for (let r = 0; r < layout.rings; r++) {
    const from = layout.ringStart[r]!
    const to = layout.ringStart[r + 1]!
    if (to - from <= MOST_UNFOLDED) continue
    const rows = Math.round((layout.outer[r]! - layout.inner[r]!) / layout.slot) + 1
    const half = (ARC / Math.ceil((to - from) / rows)) * 0.5
    const seen = new Map<string, number>()
    for (let a = from; a < to; ) {
      const task = taskOf(model.labels[layout.order[a]!]!)
      let b = a + 1
      while (b < to && taskOf(model.labels[layout.order[b]!]!) === task) b++
      if (b - a >= LEAST) {
        const nodes = layout.order.slice(a, b)
        const nth = seen.get(task) ?? 0
        seen.set(task, nth + 1)
        for (const node of nodes) of[node] = list.length
        list.push({
          key: `${r}~${task}${nth ? `~${nth}` : ''}`,
          task,
          ring: r,
          nodes,
          low: layout.angle[nodes[0]!]! - half,
          high: layout.angle[nodes.at(-1)!]! + half,
          inner: layout.inner[r]! - layout.slot / 2,
          outer: layout.outer[r]! + layout.slot / 2,
          counts: [],
        })
      }
      a = b
    }
  }
  if (list.length === 0) return null
  countClusters({ list, of }, model)
  return { list, of }
}

/** Counts the states anew; places depend on the layout alone. */
export function countClusters({ list }: Clusters, model: GraphModel): void {
  for (const cluster of list) {
    const counts = new Map<number, number>()
    for (const node of cluster.nodes) {
      const state = model.states[node]!
      counts.set(state, (counts.get(state) ?? 0) + 1)
    }
    cluster.counts = [...counts].sort(([a], [b]) => a - b)
  }
}

/** "extract ×1,842 · 12 failed": every state but the one that most wear and that is well. */
export function clusterLabel(cluster: Cluster): string {
  const words = cluster.counts
    .filter(([state, n]) => n < cluster.nodes.length && GRAPH_STATES[state] !== 'completed')
    .sort(([a], [b]) => Number(isBad(b)) - Number(isBad(a)))
    .slice(0, 2)
    .map(([state, n]) => `${count(n)} ${LOOK_WORDS[GRAPH_STATES[state]!].toLowerCase()}`)
  return [`${cluster.task} ×${count(cluster.nodes.length)}`, ...words].join(' · ')
}

const isBad = (state: number): boolean => BAD_STATES.has(GRAPH_STATES[state]!)

/** 1 for each node that is drawn as a part of its cluster. */
export function foldedMask(clusters: Clusters, opened: ReadonlySet<string>): Uint8Array {
  const mask = new Uint8Array(clusters.of.length)
  for (const cluster of clusters.list)
    if (!opened.has(cluster.key)) for (const node of cluster.nodes) mask[node] = 1
  return mask
}

/** The parts of a cluster's arc, one per state, in proportion. */
export function clusterParts(cluster: Cluster): { state: number; low: number; high: number }[] {
  const gap = Math.min(0.012, (cluster.high - cluster.low) / 8)
  const span = cluster.high - cluster.low - gap
  let low = cluster.low + gap / 2
  return cluster.counts.map(([state, n]) => {
    const high = low + (span * n) / cluster.nodes.length
    const part = { state, low, high }
    low = high
    return part
  })
}

/** The folded cluster under a point of the world, with so much air around it. */
export function clusterAt(
  folded: readonly Cluster[],
  mask: Uint8Array | undefined,
  x: number,
  y: number,
  air: number,
): Cluster | null {
  const radius = Math.hypot(x, y)
  const angle = (Math.atan2(-x, y) + 2 * Math.PI) % (2 * Math.PI)
  const under = folded.find(
    (cluster) =>
      mask?.[cluster.nodes[0]!] &&
      radius >= cluster.inner - air &&
      radius <= cluster.outer + air &&
      angle >= cluster.low &&
      angle <= cluster.high,
  )
  return under ?? null
}

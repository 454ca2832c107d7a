// Graphs for the tests, in the shape of the API.
import type { GraphV2, GraphV2Node } from './model.ts'

export type Row = [
  id: string,
  state: string,
  start: number | null,
  end: number | null,
  parents?: string[],
  kind?: 'flow-run',
]

/** A graph from rows; times are seconds after the epoch. */
export function graphOf(rows: Row[]): GraphV2 {
  const at = (s: number | null): string | null => (s === null ? null : new Date(s * 1000).toISOString())
  const children = new Map<string, { id: string }[]>()
  for (const [id, , , , parents = []] of rows)
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), { id }])
  const nodes = rows.map(([id, state, start, end, parents = [], kind]): [string, GraphV2Node] => [
    id,
    {
      kind: kind ?? 'task-run',
      id,
      label: id,
      state_type: state,
      start_time: at(start),
      end_time: at(end),
      parents: parents.map((parent) => ({ id: parent })),
      children: children.get(id) ?? [],
      encapsulating: [],
      artifacts: [],
    },
  ])
  const ends = rows.flatMap(([, , , end]) => (end === null ? [] : [end]))
  return {
    start_time: at(0),
    end_time: ends.length ? at(Math.max(...ends)) : null,
    root_node_ids: rows.filter(([, , , , up = []]) => up.length === 0).map(([id]) => id),
    nodes,
    artifacts: [],
    states: [],
  }
}

/** Layers of equal width; each node depends on `degree` nodes of the layer before it. Always the same graph. */
export function layered(nodes: number, layers: number, degree: number): GraphV2 {
  const width = Math.ceil(nodes / layers)
  const rows: Row[] = []
  for (let i = 0; i < nodes; i++) {
    const layer = Math.floor(i / width)
    const parents = new Set<string>()
    if (layer > 0)
      for (let k = 0; k < degree; k++)
        parents.add(`task-${(layer - 1) * width + (((i % width) + k * 7) % width)}`)
    const state = i % 211 === 17 ? 'FAILED' : 'COMPLETED'
    rows.push([`task-${i}`, state, layer * 10 + (i % 7), layer * 10 + 8 + (i % 7), [...parents]])
  }
  return graphOf(rows)
}

/** A mapped flow: each step runs once per item, and a few items fail on the way. Always the same graph. */
export function mapped(items: number): GraphV2 {
  const rows: Row[] = [['list_files', 'COMPLETED', 0, 4]]
  for (let i = 0; i < items; i++) {
    const from = 4 + (i % 97) * 0.4
    const lost = i % 211 === 17
    rows.push([`extract-${i}`, lost ? 'FAILED' : 'COMPLETED', from, from + 3 + (i % 13), ['list_files']])
    rows.push([
      `transform-${i}`,
      lost ? 'PENDING' : i % 389 === 5 ? 'CRASHED' : 'COMPLETED',
      lost ? null : from + 17,
      lost ? null : from + 20 + (i % 29),
      [`extract-${i}`],
    ])
    if (i % 2 === 0)
      rows.push([
        `load-${i}`,
        lost ? 'PENDING' : 'COMPLETED',
        lost ? null : from + 50,
        lost ? null : from + 54,
        [`transform-${i}`],
      ])
  }
  rows.push([
    'report',
    'PENDING',
    null,
    null,
    rows.filter(([id]) => id.startsWith('load-')).map(([id]) => id),
  ])
  return graphOf(rows)
}

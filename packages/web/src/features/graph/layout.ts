// One place where a model becomes a picture's geometry; runs in the worker, and in the page where there is none.
import { bundleEdges, type EdgeSet } from './edges.ts'
import { type GraphModel, taskOf } from './model.ts'
import { type RadarLayout, radarLayout } from './radar-layout.ts'
import type { LayoutInput } from './ring-order.ts'
import { BAD_STATES, GRAPH_STATES } from './states.ts'

export type Geometry = { layout: RadarLayout; edges: EdgeSet; milliseconds: number }

export function layoutInput(model: GraphModel, previous?: Float32Array): LayoutInput {
  const tasks = new Map<string, number>()
  return {
    size: model.size,
    up: model.up,
    down: model.down,
    start: model.start,
    states: model.states,
    bad: model.states.map((state) => (BAD_STATES.has(GRAPH_STATES[state]!) ? 1 : 0)),
    task: Uint32Array.from(model.labels, (label) => {
      const key = taskOf(label)
      const known = tasks.get(key) ?? tasks.size
      tasks.set(key, known)
      return known
    }),
    nest: nestsOf(model),
    ...(previous && { previous }),
  }
}

/** The opened sub-flow that each node stands inside, or -1: tasks within tasks stand where their task stands. */
export function nestsOf(model: Pick<GraphModel, 'group' | 'subflow'>): Int32Array {
  return model.group.map((group) => {
    let at = group
    for (let hops = 0; at >= 0 && !model.subflow[at] && hops < 64; hops++) at = model.group[at]!
    return at
  })
}

export function layOut(input: LayoutInput): Geometry {
  const began = performance.now()
  const layout = radarLayout(input)
  const edges = bundleEdges(input, layout)
  return { layout, edges, milliseconds: performance.now() - began }
}

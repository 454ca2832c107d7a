// One place where a model becomes a picture's geometry; runs in the worker, and in the page where there is none.
import { bundleEdges, type EdgeSet } from './edges.ts'
import { type GraphModel, taskOf } from './model.ts'
import { type LayoutInput, type RadarLayout, radarLayout } from './radar-layout.ts'
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
    ...(previous && { previous }),
  }
}

export function layOut(input: LayoutInput): Geometry {
  const began = performance.now()
  const layout = radarLayout(input)
  const edges = bundleEdges({ size: input.size, edges: input.up.items.length, up: input.up }, layout)
  return { layout, edges, milliseconds: performance.now() - began }
}

import { describe, expect, it } from 'vitest'
import { depths } from './depth.ts'
import { detailFor, MOST_SINGLE_EDGES, markRadius } from './detail.ts'
import { drawList } from './draw-list.ts'
import { graphOf, layered } from './fixture.ts'
import { type LabelInput, Occupied, placeLabelsSteps, rankOf } from './labels.ts'
import { layOut, layoutInput } from './layout.ts'
import { buildModel, countStates, neighbours, secondsOf, stateAt, taskOf } from './model.ts'
import { criticalPath, DOWN, findNodes, lineage, neverStarted, pathBetween, SELF, UP } from './paths.ts'
import { A0, A1 } from './polar.ts'
import { axisLabel, timelineLayout, timeTicks } from './timeline-layout.ts'
import { walk } from './walk.ts'

//  a ─ b ─ d ─ e        (e waits for d, which failed; c is short, f stands alone)
//   └─ c ─┘
const diamond = graphOf([
  ['a', 'COMPLETED', 0, 2],
  ['b', 'COMPLETED', 2, 9, ['a']],
  ['c', 'COMPLETED', 2, 3, ['a']],
  ['d', 'FAILED', 10, 12, ['b', 'c']],
  ['e', 'PENDING', 12, null, ['d']],
  ['f', 'COMPLETED', 1, 4],
])
const model = buildModel(diamond, { ended: true })
const at = (id: string): number => model.index.get(id) ?? -1
const ids = (list: Iterable<number>): string[] => [...list].map((i) => model.ids[i] ?? '?')

function placed(input: LabelInput) {
  const steps = placeLabelsSteps(input)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

describe('the model', () => {
  it('holds both directions of every dependency', () => {
    expect(model.size).toBe(6)
    expect(model.edges).toBe(5)
    expect(ids(neighbours(model.up, at('d')))).toEqual(['b', 'c'])
    expect(ids(neighbours(model.down, at('a')))).toEqual(['b', 'c'])
    expect(ids(neighbours(model.up, at('f')))).toEqual([])
  })

  it('drops dependencies on unknown nodes, on itself, and doubles', () => {
    const graph = graphOf([
      ['a', 'COMPLETED', 0, 1, ['a', 'ghost']],
      ['b', 'COMPLETED', 0, 1, ['a', 'a']],
    ])
    expect(buildModel(graph).edges).toBe(1)
  })

  it('shows what is pending after the end of the run as not ready, without the start that the server gave it', () => {
    expect(stateAt(model, at('e'))).toBe('blocked')
    expect(model.start[at('e')]).toBeNaN()
    expect(stateAt(buildModel(diamond), at('e'))).toBe('pending')
    expect(countStates(model)).toEqual([
      ['completed', 4],
      ['failed', 1],
      ['blocked', 1],
    ])
  })

  it('refines a state by its name where the name is known', () => {
    const named = buildModel(diamond, { stateNames: new Map([['f', 'Cached']]) })
    expect(stateAt(named, at('f'))).toBe('cached')
  })

  it('opens a sub-flow in place: its first tasks hang from it', () => {
    const outer = graphOf([
      ['s', 'COMPLETED', 0, 9, [], 'flow-run'],
      ['t', 'COMPLETED', 9, 10, ['s']],
    ])
    const inner = graphOf([
      ['x', 'COMPLETED', 1, 2],
      ['y', 'COMPLETED', 2, 3, ['x']],
    ])
    const opened = buildModel(outer, { opened: new Map([['s', inner]]) })
    const i = (id: string): number => opened.index.get(id) ?? -1
    expect(opened.size).toBe(4)
    expect(opened.group[i('x')]).toBe(i('s'))
    expect(opened.group[i('t')]).toBe(-1)
    expect([...neighbours(opened.up, i('x'))]).toEqual([i('s')])
    expect([...neighbours(opened.up, i('y'))]).toEqual([i('x')])
  })

  it('measures a running node up to now, and one that never started not at all', () => {
    const running = buildModel(graphOf([['r', 'RUNNING', 5, null]]))
    expect(secondsOf(running, 0, 8_000)).toBe(3)
    expect(secondsOf(model, at('e'), 99_000)).toBeNull()
    expect(secondsOf(model, at('b'), 99_000)).toBe(7)
  })

  it('knows the task of a run by its name', () => {
    expect(taskOf('extract-12')).toBe('extract')
    expect(taskOf('extract-7f3')).toBe('extract')
    expect(taskOf('validate[eu]')).toBe('validate')
    expect(taskOf('load-orders')).toBe('load-orders')
  })
})

describe('rings', () => {
  it('are the longest path from a root', () => {
    const { depth, rings, cyclic } = depths(model.size, model.up, model.down)
    expect(Object.fromEntries(model.ids.map((id, i) => [id, depth[i]]))).toEqual({
      a: 0,
      b: 1,
      c: 1,
      d: 2,
      e: 3,
      f: 0,
    })
    expect(rings).toBe(4)
    expect(cyclic).toEqual([])
  })

  it('put nodes of a cycle on one last ring', () => {
    const loop = buildModel(
      graphOf([
        ['a', 'COMPLETED', 0, 1],
        ['b', 'COMPLETED', 0, 1, ['a', 'c']],
        ['c', 'COMPLETED', 0, 1, ['b']],
      ]),
    )
    const { depth, rings, cyclic } = depths(loop.size, loop.up, loop.down)
    expect([...depth]).toEqual([0, 1, 1])
    expect(rings).toBe(2)
    expect(cyclic).toEqual([1, 2])
  })

  it('cost one pass even where the number of paths is beyond counting', () => {
    // 200 fully linked layers of 2: 2^200 paths.
    const linked = buildModel(layered(400, 200, 2))
    const { rings } = depths(linked.size, linked.up, linked.down)
    expect(rings).toBe(200)
  })

  it('of nothing are none', () => {
    expect(
      depths(
        0,
        { offsets: new Uint32Array(1), items: new Uint32Array() },
        { offsets: new Uint32Array(1), items: new Uint32Array() },
      ).rings,
    ).toBe(0)
  })
})

describe('the Radar’s layout', () => {
  it('puts a single root into the middle and never a node into the south channel', () => {
    const big = buildModel(layered(120, 6, 2))
    const { layout } = layOut(layoutInput(big))
    for (let i = 0; i < big.size; i++)
      if (layout.radius[i]) {
        expect(layout.angle[i]).toBeGreaterThanOrEqual(A0 - 1e-6)
        expect(layout.angle[i]).toBeLessThanOrEqual(A1 + 1e-6)
      }
    const tree = buildModel(
      graphOf([
        ['a', 'COMPLETED', 0, 1],
        ['b', 'COMPLETED', 1, 2, ['a']],
        ['c', 'COMPLETED', 1, 2, ['a']],
      ]),
    )
    const { layout: rooted } = layOut(layoutInput(tree))
    expect([rooted.x[0], rooted.y[0]]).toEqual([0, 0].map((v) => expect.closeTo(v, 6)))
    expect(rooted.radius[1]).toBe(rooted.radius[2])
    expect(rooted.radius[1]).toBeGreaterThan(0)
  })

  it('keeps neighbours on a ring apart', () => {
    const big = buildModel(layered(120, 6, 2))
    const { layout } = layOut(layoutInput(big))
    for (let r = 0; r < layout.inner.length; r++) {
      const ring = [...layout.order.subarray(layout.ringStart[r], layout.ringStart[r + 1])]
      for (let k = 1; k < ring.length; k++) {
        const gap = (layout.angle[ring[k]!]! - layout.angle[ring[k - 1]!]!) * layout.radius[ring[k]!]!
        expect(gap).toBeGreaterThan(layout.slot * 0.7)
      }
    }
  })

  it('draws each ring outside the one before it', () => {
    const { layout } = layOut(layoutInput(buildModel(layered(2_000, 10, 3))))
    for (let r = 1; r < layout.inner.length; r++)
      expect(layout.inner[r]).toBeGreaterThan(layout.outer[r - 1]!)
  })

  it('makes a band of a ring that is far too full', () => {
    const wide = buildModel(layered(10_000, 1, 0))
    const { layout } = layOut(layoutInput(wide))
    expect(layout.outer[0]! / layout.inner[0]!).toBeLessThan(3)
    expect(layout.outer[0]!).toBeGreaterThan(layout.inner[0]!)
    const places = new Set(
      Array.from({ length: wide.size }, (_, i) => `${layout.x[i]!.toFixed(1)},${layout.y[i]!.toFixed(1)}`),
    )
    expect(places.size).toBe(10_000)
  })

  it('is the same for the same run, and keeps the order of old nodes when a new one arrives', () => {
    const before = buildModel(layered(60, 4, 2))
    const first = layOut(layoutInput(before)).layout
    expect([...layOut(layoutInput(before)).layout.angle]).toEqual([...first.angle])
    const graph = layered(60, 4, 2)
    graph.nodes.push(['new', { ...graph.nodes[3]![1], id: 'new', label: 'new' }])
    const after = buildModel(graph)
    const previous = Float32Array.from(after.ids, (id) => {
      const old = before.index.get(id)
      return old === undefined ? Number.NaN : first.angle[old]!
    })
    const second = layOut(layoutInput(after, previous)).layout
    const ring = [...second.order.subarray(second.ringStart[0], second.ringStart[1])].map((i) => after.ids[i])
    const was = [...first.order.subarray(first.ringStart[0], first.ringStart[1])].map((i) => before.ids[i])
    expect(ring.filter((id) => id !== 'new')).toEqual(was)
  })

  it('lays out 10,000 nodes and 30,000 edges without exhausting anybody’s patience', () => {
    const huge = buildModel(layered(10_000, 20, 3))
    expect(huge.edges).toBe(28_500)
    const { layout, edges, milliseconds } = layOut(layoutInput(huge))
    expect(layout.inner.length).toBe(20)
    expect(edges.from.length).toBe(28_500)
    expect(edges.bundles.length).toBeLessThan(2_000)
    // 48 ms on an idle core; the bound only catches a return to quadratic cost.
    expect(milliseconds).toBeLessThan(3_000)
  })
})

describe('levels of detail', () => {
  it('follow the room a node has on the screen', () => {
    expect([0.5, 2.9, 3, 11, 12, 59, 60].map(detailFor)).toEqual([
      'rings',
      'rings',
      'dots',
      'dots',
      'glyphs',
      'glyphs',
      'cards',
    ])
    expect(markRadius(2)).toBe(1)
    expect(markRadius(200)).toBe(6.2)
  })

  const view = (scale: number, reach: number) => ({
    scale,
    left: -reach,
    top: -reach,
    right: reach,
    bottom: reach,
  })
  const everything = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i)

  it('draw 10,000 nodes in a handful of calls at every distance', () => {
    const huge = buildModel(layered(10_000, 20, 3))
    const { layout, edges } = layOut(layoutInput(huge))
    const scene = { model: huge, layout, edges, lit: null, faint: null, clock: null }
    const far = drawList(scene, view(0.1, layout.extent), everything(huge.size))
    expect(far.detail).toBe('rings')
    expect(far.nodes).toBe(0)
    const middle = drawList(scene, view(0.5, layout.extent), everything(huge.size))
    expect(middle.detail).toBe('dots')
    expect(middle.nodes).toBe(10_000)
    for (const list of [far, middle]) expect(list.batches.length).toBeLessThanOrEqual(8)
    // Edges seen from afar are strokes of whole bundles.
    expect(middle.edges).toBeLessThan(2_000)
  })

  it('draw every edge of a small graph, and none of those that are lit twice', () => {
    const { layout, edges } = layOut(layoutInput(model))
    const scene = { model, layout, edges, faint: null, clock: null }
    const plain = drawList({ ...scene, lit: null }, view(1, 500), everything(6))
    expect(plain.edges).toBe(5)
    const lit = drawList({ ...scene, lit: lineage(model, [at('d')]) }, view(1, 500), everything(6))
    expect(lit.edges).toBe(0)
    const lines = lit.batches.filter((b) => b.kind === 'lines')
    expect(lines.map((b) => [b.starts.length - 1, b.dotted])).toEqual([
      [4, false],
      [1, true],
    ])
  })

  it('never draw more single edges than can be told apart', () => {
    const dense = buildModel(layered(4_000, 4, 3))
    const { layout, edges } = layOut(layoutInput(dense))
    const list = drawList(
      { model: dense, layout, edges, lit: null, faint: null, clock: null },
      view(2, layout.extent),
      everything(dense.size),
    )
    expect(list.edges).toBeLessThanOrEqual(MOST_SINGLE_EDGES)
  })
})

describe('paths', () => {
  it('tell causes from what follows', () => {
    const mask = lineage(model, [at('d')])
    expect(Object.fromEntries(model.ids.map((id, i) => [id, mask[i]]))).toEqual({
      a: UP,
      b: UP,
      c: UP,
      d: SELF,
      e: DOWN,
      f: 0,
    })
  })

  it('find the chain that decided when the run ended', () => {
    expect(ids(criticalPath(model, 20_000))).toEqual(['a', 'b', 'd'])
  })

  it('count a node that still runs as ending now', () => {
    const running = buildModel(
      graphOf([
        ['a', 'COMPLETED', 0, 30],
        ['b', 'RUNNING', 1, null],
      ]),
    )
    expect(criticalPath(running, 60_000).map((i) => running.ids[i])).toEqual(['b'])
  })

  it('connect two nodes whichever comes first, or not at all', () => {
    expect(ids(pathBetween(model, at('e'), at('a')))).toEqual(['a', 'b', 'd', 'e'])
    expect(pathBetween(model, at('f'), at('a'))).toEqual([])
  })

  it('name what a failure kept from starting', () => {
    expect(ids(neverStarted(model, at('d')))).toEqual(['e'])
  })

  it('find by a part of the name, letter case aside', () => {
    expect(ids(findNodes(model, ' A '))).toEqual(['a'])
    expect(findNodes(model, '')).toEqual([])
  })
})

describe('the keyboard', () => {
  it('walks outwards and inwards along edges and round the ring', () => {
    const { layout } = layOut(layoutInput(model))
    expect(model.ids[walk(model, layout, at('d'), 'down')]).toBe('e')
    expect(['b', 'c']).toContain(model.ids[walk(model, layout, at('d'), 'up')])
    expect(walk(model, layout, at('e'), 'down')).toBe(at('e'))
    expect(walk(model, layout, at('b'), 'next')).toBe(at('c'))
    expect(walk(model, layout, at('b'), 'previous')).toBe(at('c'))
    expect(walk(model, layout, -1, 'down')).toBe(layout.order[0])
  })
})

describe('the Timeline', () => {
  const { layout } = layOut(layoutInput(model))
  const timeline = timelineLayout(model, layout.depth, 20_000)

  it('orders rows by start and leaves out what never started', () => {
    expect(timeline.rows.map((row) => model.ids[row.node])).toEqual(['a', 'f', 'b', 'c', 'd'])
    expect(ids(timeline.never)).toEqual(['e'])
    expect([timeline.from, timeline.to]).toEqual([0, 12_000])
  })

  it('knows since when a task could have run: the end of the last it waited for', () => {
    expect(timeline.rows.find((row) => row.node === at('d'))?.ready).toBe(9_000)
    expect(timeline.rows.find((row) => row.node === at('a'))?.ready).toBeNaN()
  })

  it('has round ticks', () => {
    expect(timeTicks(0, 60_000, 6).step).toBe(10_000)
    expect(timeTicks(0, 60_000, 6).ticks).toHaveLength(7)
    expect(timeTicks(0, 20 * 86_400_000, 10).step).toBe(2 * 86_400_000)
    expect(axisLabel(Date.UTC(2026, 10, 24, 2, 4), 120_000, 'utc')).toBe('02:04')
    expect(axisLabel(Date.UTC(2026, 10, 24), 3 * 3_600_000, 'utc')).toBe('Tue 24 Nov')
    expect(axisLabel(Date.UTC(2026, 10, 24, 0, 0, 5), 1_000, 'utc')).toBe('00:00:05')
  })
})

describe('labels', () => {
  const { layout } = layOut(layoutInput(model))
  const input = (main: number): LabelInput => ({
    model,
    layout,
    visible: Uint32Array.from([0, 1, 2, 3, 4, 5]),
    lit: main >= 0 ? lineage(model, [main]) : null,
    faint: null,
    main,
    hovered: -1,
    toX: (i) => layout.x[i]! + 400,
    toY: (i) => layout.y[i]! + 400,
    bounds: { x: 0, y: 0, w: 800, h: 800 },
    markRadius: 6,
    measure: (text) => text.length * 7,
    subtitle: () => 'Failed · 2s',
    roomy: true,
    taken: [],
  })

  it('go to the selection first, then to failures, causes, followers and the rest', () => {
    const rank = (i: number): number => rankOf(input(at('b')), i)
    expect([at('b'), at('d'), at('a'), at('e'), at('f')].map(rank)).toEqual([0, 1, 2, 3, 4])
  })

  it('never cover each other or somebody else’s mark', () => {
    const { cards, labels } = placed(input(at('d')))
    const boxes = [...cards, ...labels]
    expect(boxes.length).toBeGreaterThan(3)
    expect(cards[0]?.node).toBe(at('d'))
    for (const a of boxes)
      for (const b of boxes)
        if (a !== b)
          expect(a.x < b.x + b.w && a.x + a.w > b.x && a.y < b.y + b.h && a.y + a.h > b.y).toBe(false)
    for (const box of boxes)
      for (let i = 0; i < model.size; i++)
        if (box.node !== i) {
          const x = layout.x[i]! + 400
          const y = layout.y[i]! + 400
          expect(x > box.x && x < box.x + box.w && y > box.y && y < box.y + box.h).toBe(false)
        }
  })

  it('ask only their neighbourhood for room', () => {
    const occupied = new Occupied()
    occupied.add({ x: 0, y: 0, w: 10, h: 10 }, 1)
    expect(occupied.hits({ x: 5, y: 5, w: 2, h: 2 }, 2)).toBe(true)
    expect(occupied.hits({ x: 5, y: 5, w: 2, h: 2 }, 1)).toBe(false)
    expect(occupied.hits({ x: 11, y: 0, w: 2, h: 2 }, 2)).toBe(false)
    expect(occupied.hits({ x: -5, y: -5, w: 6, h: 6 }, 2)).toBe(true)
  })
})

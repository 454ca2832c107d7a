import { describe, expect, it } from 'vitest'
import { clusterLabel, clusterParts, clustersOf, foldedMask } from './clusters.ts'
import { colouring } from './colour.ts'
import { drawList } from './draw-list.ts'
import { Easing } from './easing.ts'
import { fileName } from './export.ts'
import { graphOf, layered, mapped } from './fixture.ts'
import { layOut, layoutInput, nestsOf } from './layout.ts'
import { lookText, parseLook } from './look.ts'
import { buildModel, countStates, type GraphModel, stateAt } from './model.ts'
import { SELF } from './paths.ts'
import { A0, A1 } from './polar.ts'
import { modelAt, speedsFor } from './replay.ts'
import { rimClock, rimSpan } from './rim-clock.ts'
import { insideLasso, litMask } from './selection.ts'
import { svgOf } from './svg.ts'

const chain = graphOf([
  ['a', 'COMPLETED', 0, 10],
  ['b', 'FAILED', 10, 40, ['a']],
  ['c', 'PENDING', 40, null, ['b']],
  ['d', 'COMPLETED', 5, 20],
])
const model = buildModel(chain, { ended: true })
const at = (id: string): number => model.index.get(id) ?? -1
const looks = (of: GraphModel): string[] => of.ids.map((_, i) => stateAt(of, i))

describe('a replay', () => {
  it('gives every task the state that it had at the moment', () => {
    expect(looks(modelAt(model, 0))).toEqual(['running', 'pending', 'pending', 'pending'])
    expect(looks(modelAt(model, 12_000))).toEqual(['completed', 'running', 'pending', 'running'])
    expect(looks(modelAt(model, 40_000))).toEqual(['completed', 'failed', 'blocked', 'completed'])
  })

  it('shows a task between two attempts as waiting for its retry', () => {
    const attempts = new Map([
      [
        'b',
        [
          [10_000, 18_000],
          [25_000, 40_000],
        ] as [number, number][],
      ],
    ])
    const moments = [12_000, 20_000, 30_000].map((t) => stateAt(modelAt(model, t, attempts), at('b')))
    expect(moments).toEqual(['running', 'awaiting', 'retrying'])
  })

  it('changes nothing of the model that it is made from', () => {
    const before = [...model.states]
    modelAt(model, 1_000)
    expect([...model.states]).toEqual(before)
  })

  it('lasts about twelve seconds at its usual speed, whatever the run took', () => {
    for (const seconds of [1.1, 60, 884, 86_400]) {
      const { speeds, usual } = speedsFor(seconds * 1000)
      expect(speeds).toContain(usual)
      expect(speeds).toHaveLength(5)
      const lasts = seconds / usual
      expect(lasts).toBeLessThanOrEqual(12.1)
      expect(lasts).toBeGreaterThan(4)
    }
  })
})

describe('the rim', () => {
  it('of a run that has ended spans the run itself, however long such runs usually take', () => {
    const span = rimSpan(model, { ended: true, now: 99_000, usualSeconds: 1_657 })
    expect(span).toEqual({ from: 0, to: 40_000, now: 40_000 })
    expect(rimClock(model, span!, span!.now, 'utc').elapsed).toBe(1)
  })

  it('of a run that runs reaches as far as such runs usually take', () => {
    const running = buildModel(graphOf([['a', 'RUNNING', 0, null]]))
    const span = rimSpan(running, { ended: false, now: 10_000, usualSeconds: 40 })
    expect(span).toEqual({ from: 0, to: 40_000, now: 10_000 })
    expect(rimClock(running, span!, 10_000, 'utc').elapsed).toBe(0.25)
  })

  it('of a short run counts from its start', () => {
    const short = buildModel(graphOf([['a', 'COMPLETED', 1_000.3, 1_001.4]]))
    const { marks } = rimClock(short, { from: 1_000_300, to: 1_001_400 }, 1_001_400, 'utc')
    expect(marks[0]?.text).toBe('0s')
    expect(marks.map((mark) => mark.text)).toContain('0.5s')
  })

  it('marks where the run failed and leaves no date beside it', () => {
    const { marks } = rimClock(model, { from: 0, to: 40_000 }, 40_000, 'utc')
    expect(marks.at(-1)).toEqual({ at: 1, text: '00:00:40', state: 'failed' })
    expect(marks.filter((mark) => mark.at > 0.95)).toHaveLength(1)
  })
})

describe('several chosen tasks', () => {
  it('light only the edges among themselves', () => {
    const mask = litMask(model, [at('a'), at('b')])
    expect([...(mask ?? [])]).toEqual([SELF, SELF, 0, 0])
    const { layout, edges } = layOut(layoutInput(model))
    const reach = { scale: 1, left: -500, top: -500, right: 500, bottom: 500 }
    const list = drawList(
      { model, layout, edges, lit: mask, faint: null, clock: null },
      reach,
      Uint32Array.from([0, 1, 2, 3]),
    )
    const lit = list.batches.filter((each) => each.kind === 'lines' && 'token' in each.paint)
    expect(
      lit.map((each) => each.kind === 'lines' && [each.width, each.starts.length - 1, each.dotted]),
    ).toEqual([
      [1.2, 1, false],
      [1.75, 1, false],
    ])
    expect(litMask(model, [])).toBeNull()
  })

  it('are those inside the lasso, also where it turns inwards', () => {
    const x = Float32Array.from([5, 5, 15])
    const y = Float32Array.from([5, 15, 15])
    const hook = [0, 0, 20, 0, 20, 20, 10, 20, 10, 10, 0, 10]
    expect(insideLasso({ x, y }, [0, 1, 2], hook)).toEqual([0, 2])
  })
})

describe('clusters', () => {
  const big = buildModel(mapped(2_000), { ended: true })
  const { layout, edges } = layOut(layoutInput(big))
  const clusters = clustersOf(big, layout)!

  it('are the runs of one task on a ring of more than 600, and say how many and how they fared', () => {
    expect(clusters.list.map(clusterLabel)).toEqual([
      'extract ×2,000 · 10 failed',
      'transform ×2,000 · 6 crashed · 10 not ready',
      'load ×1,000 · 5 not ready',
    ])
    expect(
      clustersOf(buildModel(layered(600, 1, 0)), layOut(layoutInput(buildModel(layered(600, 1, 0)))).layout),
    ).toBeNull()
  })

  it('are split by state in proportion', () => {
    const [first] = clusters.list
    const parts = clusterParts(first!)
    const share = parts.map((part) => (part.high - part.low) / (first!.high - first!.low))
    expect(share[1]).toBeCloseTo(10 / 2_000, 3)
    expect(share[0]! + share[1]!).toBeLessThanOrEqual(1)
  })

  it('hide their nodes from afar, and opening one shows its own', () => {
    const view = { scale: 0.4, left: -9e3, top: -9e3, right: 9e3, bottom: 9e3 }
    const everything = Uint32Array.from({ length: big.size }, (_, i) => i)
    const marks = (open: string[]): number => {
      const mask = foldedMask(clusters, new Set(open))
      const list = drawList(
        {
          model: big,
          layout,
          edges,
          lit: null,
          faint: null,
          clock: null,
          clusters: { list: clusters.list, mask },
        },
        view,
        everything,
      )
      return list.batches.reduce((n, each) => (each.kind === 'marks' ? n + each.points.length / 2 : n), 0)
    }
    expect(marks([])).toBe(2)
    expect(marks(['1~extract'])).toBe(2_002)
  })
})

describe('colours', () => {
  it('by duration have round steps, and leave failures as they are', () => {
    const scheme = colouring(model, 'duration', 50_000, () => null)!
    expect(scheme.of[at('b')]).toBe(0)
    expect(scheme.of[at('c')]).toBe(0)
    expect(scheme.of[at('a')]).toBeGreaterThan(0)
    expect(scheme.legend.reduce((sum, each) => sum + each.n, 0)).toBe(2)
  })

  it('by task give the commonest tasks a hue of their own and the rest one together', () => {
    const rows = Array.from({ length: 12 }, (_, i): [string, string, number, number] => [
      `task_${String.fromCharCode(97 + i)}`,
      'COMPLETED',
      0,
      1,
    ])
    const scheme = colouring(buildModel(graphOf(rows)), 'task', 0, () => null)!
    expect(scheme.legend).toHaveLength(9)
    expect(scheme.legend.at(-1)).toEqual({ paint: 8, label: '4 others', n: 4 })
  })

  it('by worker say where none is known', () => {
    const scheme = colouring(model, 'worker', 0, (i) => (i === at('a') ? 'blue' : null))!
    expect(scheme.legend.map((each) => [each.label, each.n])).toEqual([
      ['not known', 3],
      ['blue', 1],
    ])
    expect(colouring(model, 'state', 0, () => null)).toBeNull()
  })
})

describe('a sub-flow that is opened', () => {
  const outer = graphOf([
    ['a', 'COMPLETED', 0, 1],
    ['s', 'COMPLETED', 1, 9, ['a'], 'flow-run'],
    ['t', 'COMPLETED', 1, 9, ['a'], 'flow-run'],
    ['z', 'COMPLETED', 9, 10, ['s', 't']],
  ])
  const inner = graphOf([
    ['x', 'COMPLETED', 1, 2],
    ['y', 'COMPLETED', 2, 3, ['x']],
    ['deep', 'COMPLETED', 2, 3, ['x'], 'flow-run'],
  ])
  const deepest = graphOf([['w', 'COMPLETED', 2, 3]])
  const opened = buildModel(outer, {
    opened: new Map([
      ['s', inner],
      ['deep', deepest],
    ]),
  })
  const { layout, edges } = layOut(layoutInput(opened))
  const i = (id: string): number => opened.index.get(id) ?? -1

  it('holds its tasks on rings of its own inside an enlarged node', () => {
    expect([...nestsOf(opened)].map((n) => opened.ids[n] ?? '')).toEqual(
      opened.ids.map((id) => ({ x: 's', y: 's', deep: 's', w: 'deep' })[id] ?? ''),
    )
    const [s, deep] = layout.nests
    expect([opened.ids[s!.node], opened.ids[deep!.node]]).toEqual(['s', 'deep'])
    for (const id of ['x', 'y', 'w'])
      expect(Math.hypot(layout.x[i(id)]! - s!.x, layout.y[i(id)]! - s!.y)).toBeLessThan(s!.radius)
    expect(Math.hypot(deep!.x - s!.x, deep!.y - s!.y) + deep!.radius).toBeLessThan(s!.radius)
    expect([layout.depth[i('x')], layout.depth[i('y')], layout.depth[i('z')]]).toEqual([0, 1, 2])
  })

  it('keeps clear of its neighbours and of the rings around it', () => {
    const [s] = layout.nests
    for (const id of ['a', 't', 'z'])
      expect(Math.hypot(layout.x[i(id)]! - s!.x, layout.y[i(id)]! - s!.y)).toBeGreaterThan(s!.radius)
  })

  it('draws no edge through its border', () => {
    const ends = Array.from(edges.from, (from, e) => `${opened.ids[from]}-${opened.ids[edges.to[e]!]}`)
    expect(ends.sort()).toEqual(['a-s', 'a-t', 's-z', 't-z', 'x-deep', 'x-y'])
  })
})

describe('a graph that is new on the screen', () => {
  it('is laid out as if nothing had been there, so that the same address shows the same picture', () => {
    const fresh = buildModel(layered(60, 4, 2))
    const empty = new Float32Array(fresh.size).fill(Number.NaN)
    expect(layOut(layoutInput(fresh, empty)).layout.angle).toEqual(layOut(layoutInput(fresh)).layout.angle)
  })
})

describe('nodes that find new places', () => {
  const placed = (graph: Parameters<typeof buildModel>[0]) => {
    const model = buildModel(graph)
    return { model, geometry: layOut(layoutInput(model)) }
  }

  it('are where they were at first, between in the middle, and there after 250 ms; new ones are there at once', () => {
    const before = placed(layered(4, 2, 1))
    const after = placed(layered(9, 3, 1))
    const easing = new Easing(before, after, 1_000)
    const { layout } = after.geometry
    const at = (): number[] => [...easing.geometry.layout.x]
    easing.step(1_000)
    const first = at()
    for (const [id, i] of after.model.index) {
      const old = before.model.index.get(id)
      expect(first[i]).toBe(old === undefined ? layout.x[i] : before.geometry.layout.x[old])
    }
    expect(first).not.toEqual([...layout.x])
    expect(easing.step(1_125)).toBe(false)
    at().forEach((x, i) => {
      // 1 - (1 - 0.5)³ of the way.
      expect(x).toBeCloseTo(first[i]! + (layout.x[i]! - first[i]!) * 0.875, 3)
    })
    expect(easing.step(1_250)).toBe(true)
    at().forEach((x, i) => {
      expect(x).toBeCloseTo(layout.x[i]!, 3)
      expect(easing.geometry.layout.y[i]).toBeCloseTo(layout.y[i]!, 3)
    })
  })
})

describe('new nodes', () => {
  it('change the angular order of nobody, on any ring, however many come', () => {
    for (const [size, more] of [
      [60, 20],
      [1_400, 500],
    ] as const) {
      const before = buildModel(layered(size, 4, 2))
      const first = layOut(layoutInput(before)).layout
      const graph = layered(size, 4, 2)
      for (let n = 0; n < more; n++) {
        const like = graph.nodes[n * 2]![1]
        graph.nodes.push([`new-${n}`, { ...like, id: `new-${n}`, label: `new-${n}` }])
      }
      const after = buildModel(graph)
      const previous = Float32Array.from(after.ids, (id) => {
        const old = before.index.get(id)
        return old === undefined ? Number.NaN : first.angle[old]!
      })
      const second = layOut(layoutInput(after, previous)).layout
      for (let r = 0; r < first.rings; r++) {
        const was = [...first.order.subarray(first.ringStart[r], first.ringStart[r + 1])]
        const now = [...second.order.subarray(second.ringStart[r], second.ringStart[r + 1])]
        const angles = was.map((node) => second.angle[after.index.get(before.ids[node]!)!]!)
        for (let k = 1; k < angles.length; k++)
          if (first.angle[was[k]!]! > first.angle[was[k - 1]!]!)
            expect(angles[k]).toBeGreaterThanOrEqual(angles[k - 1]!)
        expect(now.length).toBeGreaterThanOrEqual(was.length)
      }
      for (let k = 0; k < after.size; k++)
        if (second.radius[k]) {
          expect(second.angle[k]).toBeGreaterThan(A0 - 1e-3)
          expect(second.angle[k]).toBeLessThan(A1 + 1e-3)
        }
    }
  })
})

describe('the address', () => {
  it('holds a place as whole units and three digits of zoom', () => {
    expect(lookText({ x: 12.4, y: -40.6, z: 0.83456 })).toBe('12,-41,0.835')
    expect(lookText(null)).toBeNull()
    expect(parseLook('12,-41,0.835')).toEqual({ x: 12, y: -41, z: 0.835 })
    for (const text of ['', '1,2', '1,2,0', '1,2,99', 'a,b,c', '1,2,3,4']) expect(parseLook(text)).toBeNull()
  })
})

describe('a saved picture', () => {
  it('is named after the run, in letters that every file system takes', () => {
    expect(fileName('peach marmot / 24.11.')).toBe('peach-marmot-24.11.')
    expect(fileName('Zürich ☂')).toBe('Zu-rich')
    expect(fileName('☂')).toBe('run')
  })

  it('holds every mark, edge and name as SVG, and names of users as text', () => {
    const hostile = buildModel(
      graphOf([
        ['<script>', 'COMPLETED', 0, 1],
        ['b', 'FAILED', 1, 2, ['<script>']],
      ]),
    )
    const { layout, edges } = layOut(layoutInput(hostile))
    const list = drawList(
      { model: hostile, layout, edges, lit: null, faint: null, clock: null },
      { scale: 1, left: -500, top: -500, right: 500, bottom: 500 },
      Uint32Array.from([0, 1]),
    )
    expect(countStates(hostile)).toEqual([
      ['completed', 1],
      ['failed', 1],
    ])
    const text = svgOf(
      {
        list,
        words: {
          placed: {
            cards: [],
            clusters: [],
            labels: [{ x: 1, y: 2, w: 10, h: 14, node: 0, text: '<script>', lit: false }],
          },
          marks: [],
          numbers: [],
        },
        camera: { k: 1, x: 500, y: 500 },
        side: 1_000,
        theme: {} as never,
        at: { x: () => 0, y: () => 0 },
      },
      {
        name: 'a & b',
        paint: () => '#111',
        token: () => '#222',
        solid: () => '#333',
        fill: () => '#444',
        fit: (words) => words,
      },
    )
    expect(text).toContain('<title>a &amp; b</title>')
    expect(text).toContain('>&lt;script&gt;</text>')
    expect(text).not.toContain('<script>')
    expect(text.match(/<use href="#g-/g)).toHaveLength(2)
    expect(text).not.toMatch(/NaN|undefined/)
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
    expect(parsed.querySelector('parsererror')).toBeNull()
  })
})

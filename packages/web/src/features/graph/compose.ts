// Words of a picture: which cards, names, dates and ring numbers are shown, and where, for a camera and a surface.
// The stage and the exports ask the same question, so they show the same picture.
import type { Camera } from './canvas-backend.ts'
import type { Cluster } from './clusters.ts'
import { detailFor, markRadius } from './detail.ts'
import type { DrawList } from './draw-list.ts'
import { type Box, NOTHING, type Placed, placeLabelsSteps } from './labels.ts'
import type { Geometry } from './layout.ts'
import type { GraphModel } from './model.ts'
import type { RimMark, Ruler } from './overlay.ts'
import { A0, ARC, pointX, pointY } from './polar.ts'
import type { GraphState } from './states.ts'

export type Clock = {
  elapsed: number
  ticks: { at: number; long: boolean }[]
  marks: { at: number; text: string; state?: GraphState }[]
}

export type WordsInput = {
  model: GraphModel
  geometry: Geometry
  clock: Clock | null
  subtitle(i: number): string
  list: DrawList
  /** The nodes of the list that are on the surface. */
  visible: Uint32Array
  lit: Uint8Array | null
  faint: Uint8Array | null
  main: number
  hovered: number
  folded: { clusters: readonly Cluster[]; mask: Uint8Array } | null
  camera: Camera
  /** Where words may stand. */
  bounds: Box
  height: number
  /** False on a small surface: only the main node is named there. */
  roomy: boolean
  ruler: Ruler
}
export type Words = { placed: Placed; marks: RimMark[]; numbers: { ring: number; x: number; y: number }[] }

export function* composeWords(input: WordsInput): Generator<undefined, Words> {
  const { model, geometry, camera, list, lit, roomy } = input
  const { layout } = geometry
  const slot = layout.slot * camera.k
  const detail = detailFor(model.size <= 3 ? 60 : slot)
  const toX = (i: number): number => layout.x[i]! * camera.k + camera.x
  const toY = (i: number): number => layout.y[i]! * camera.k + camera.y
  const marks = input.clock && roomy ? rimMarks(layout.extent, camera, input.clock, input.height) : []
  const numbers = roomy && model.size > 3 && detail !== 'rings' ? ringNumbers(geometry, camera) : []
  if (detail === 'rings' && !lit && list.folded.length === 0) return { placed: NOTHING, marks, numbers }
  // Far away only what matters is named: the selection and its path, and what went wrong.
  const far = detail === 'rings' || detail === 'dots'
  const visible = far
    ? input.visible
        .filter((i) => i === input.main || i === input.hovered || (lit?.[i] ?? 0) !== 0)
        .slice(0, 60)
    : input.visible
  const placed = yield* placeLabelsSteps({
    model,
    layout,
    visible,
    lit,
    faint: input.faint,
    main: input.main >= 0 ? input.main : input.hovered,
    hovered: input.hovered,
    toX,
    toY,
    bounds: input.bounds,
    markRadius: model.size <= 3 ? 7 : markRadius(slot),
    measure: (text, font) => input.ruler.width(text, font),
    subtitle: input.subtitle,
    roomy,
    folded: list.folded.length && input.folded ? { ...input.folded, ...camera } : null,
    taken: [
      ...marks.map((mark) => ({
        x: mark.align === 'right' ? mark.x - 44 : mark.x - 4,
        y: mark.y - 8,
        w: 48,
        h: 16,
      })),
      ...numbers.map((n) => ({ x: n.x - 7, y: n.y - 10, w: 14, h: 14 })),
    ],
  })
  return { placed, marks, numbers }
}

/** Ring numbers in the south channel, where there is room for them. */
function ringNumbers({ layout }: Geometry, camera: Camera): Words['numbers'] {
  const out: Words['numbers'] = []
  for (let ring = 0; ring < layout.rings; ring++) {
    if (layout.outer[ring] === 0 || layout.inner[ring]! * camera.k * 0.3 < 12) continue
    const y = ((layout.inner[ring]! + layout.outer[ring]!) / 2) * camera.k + camera.y + 4
    out.push({ ring, x: camera.x - 7, y })
  }
  return out
}

function rimMarks(extent: number, camera: Camera, clock: Clock, height: number): RimMark[] {
  const out: RimMark[] = []
  for (const mark of clock.marks) {
    const angle = A0 + mark.at * ARC
    const radius = (extent - 8) * camera.k + (mark.state ? 4 : 13)
    const x = pointX(angle, radius) + camera.x
    const y = pointY(angle, radius) + camera.y
    if (y < 0 || y > height) continue
    const west = pointX(angle, 1) < 0.05
    out.push({
      x,
      y,
      text: mark.text,
      align: west ? 'right' : 'left',
      ...(mark.state && { state: mark.state }),
    })
  }
  return out
}

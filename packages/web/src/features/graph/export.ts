// The whole graph as a picture to keep: PNG at twice its size, or SVG. Drawn from the same draw list and words as the
// screen, in the theme that is on, at a scale where names can be read as far as the size of an image allows.
import { CanvasBackend, paintOf } from './canvas-backend.ts'
import { composeWords } from './compose.ts'
import { drawList } from './draw-list.ts'
import { drawOverlay, Ruler } from './overlay.ts'
import type { RadarStage } from './stage.ts'
import { svgOf, type Whole } from './svg.ts'

/** Longest side in CSS pixels; a PNG has twice as many, which every browser can still hold. */
const MOST_PIXELS = 3_200
const AIR = 96

export function wholePicture(stage: RadarStage): Whole | null {
  const data = stage.data
  if (!data) return null
  const { layout } = data.geometry
  const readable = Math.max(30 / layout.slot, layout.size <= 3 ? 1.3 : 1)
  const k = Math.min(readable, (MOST_PIXELS / 2 - AIR) / layout.extent)
  const side = Math.ceil(2 * (layout.extent * k + AIR))
  const camera = { k, x: side / 2, y: side / 2 }
  const reach = side / 2 / k
  const view = { scale: k, left: -reach, top: -reach, right: reach, bottom: reach }
  const everything = Uint32Array.from({ length: layout.size }, (_, i) => i)
  const scene = stage.scene()
  const list = drawList(scene, view, everything)
  const { main, lit, faint } = stage.chosen
  const steps = composeWords({
    ...data,
    list,
    visible: everything,
    lit,
    faint,
    main,
    hovered: -1,
    folded: scene.clusters ? { clusters: scene.clusters.list, mask: scene.clusters.mask } : null,
    camera,
    bounds: { x: 4, y: 4, w: side - 8, h: side - 8 },
    height: side,
    roomy: true,
    ruler: stage.ruler,
  })
  let step = steps.next()
  while (!step.done) step = steps.next()
  stage.ruler.lost()
  const at = {
    x: (i: number) => layout.x[i]! * k + camera.x,
    y: (i: number) => layout.y[i]! * k + camera.y,
  }
  return { list, words: step.value, camera, side, theme: stage.theme, at }
}

export async function pngOf(whole: Whole): Promise<Blob> {
  const { side, theme } = whole
  const backend = new CanvasBackend()
  backend.resize(side, side, 2)
  backend.render(whole.list, whole.camera, theme)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side * 2
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser has no 2-D canvas')
  context.fillStyle = theme.token.canvas
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(backend.canvas, 0, 0)
  backend.destroy()
  context.setTransform(2, 0, 0, 2, 0, 0)
  const ruler = new Ruler(context)
  ruler.family = theme.font
  drawOverlay(context, ruler, whole.words, theme, whole.at)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  canvas.width = canvas.height = 0
  if (!blob) throw new Error('The picture is too large for this browser')
  return blob
}

const solid = new Map<string, string>()
/** Any CSS colour as six digits, which programs outside of browsers understand. */
export function hexOf(css: string): string {
  const known = solid.get(css)
  if (known) return known
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const context = canvas.getContext('2d')
  if (!context) return css
  context.fillStyle = css
  context.fillRect(0, 0, 1, 1)
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data
  const hex = `#${[r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('')}`
  solid.set(css, hex)
  return hex
}

export async function exportPicture(stage: RadarStage, kind: 'png' | 'svg', name: string): Promise<void> {
  const whole = wholePicture(stage)
  if (!whole) return
  const { theme } = whole
  const blob =
    kind === 'png'
      ? await pngOf(whole)
      : new Blob(
          [
            svgOf(whole, {
              name,
              paint: (paint) => hexOf(paintOf(paint, theme)),
              token: (token) => hexOf(theme.token[token]),
              solid: (state) => hexOf(theme.solid[state]),
              fill: (state) => hexOf(theme.fill[state]),
              fit: (text, font, room) => stage.ruler.fit(text, font, room),
            }),
          ],
          { type: 'image/svg+xml' },
        )
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `${fileName(name)}-radar.${kind}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** A run's name as a file may be called. */
export const fileName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|-+$/g, '') || 'run'

// PixiJS as a thin layer over the graphics processor: the whole picture is one mesh, so a frame is one draw call, and
// panning changes one uniform. Loaded only where there is graphics hardware; the canvas draws the same list.
import 'pixi.js/unsafe-eval' // Pixi writes code at run time otherwise, which our content policy forbids.
import { Container, Geometry, Mesh, Shader, Texture, WebGLRenderer } from 'pixi.js'
import type { Backend, Camera } from './canvas-backend.ts'
import { paintOf } from './canvas-backend.ts'
import type { DrawList } from './draw-list.ts'
import { drawGlyph } from './glyphs.ts'
import { GRAPH_STATES, type GraphState } from './states.ts'
import type { Theme } from './theme.ts'
import { type Palette, type Rgba, type Spot, trianglesSteps } from './triangles.ts'

const VERTEX = `#version 300 es
in vec2 aPosition;
in vec2 aUV;
in vec4 aColour;
uniform vec4 uView;
out vec2 vUV;
out vec4 vColour;
void main() {
  gl_Position = vec4(aPosition * uView.xy + uView.zw, 0.0, 1.0);
  vUV = aUV;
  vColour = aColour;
}`
const FRAGMENT = `#version 300 es
in vec2 vUV;
in vec4 vColour;
uniform sampler2D uTexture;
out vec4 colour;
void main() {
  colour = texture(uTexture, vUV) * vColour;
}`

/** Side of one picture in the atlas; five columns hold the white spot, a disc and the sixteen glyphs. */
const CELL = 64
const COLUMNS = 5

export class PixiBackend implements Backend {
  readonly name = 'pixi'
  readonly reach = 1.5
  readonly element: HTMLElement
  readonly #renderer: WebGLRenderer
  readonly #stage = new Container()
  readonly #view = new Float32Array(4)
  #mesh: Mesh<Geometry, Shader> | null = null
  #texture: Texture | null = null
  #shader: Shader | null = null
  #theme: Theme | null = null
  #width = 1
  #height = 1

  private constructor(canvas: HTMLCanvasElement, renderer: WebGLRenderer) {
    canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%'
    this.element = document.createElement('div')
    this.element.append(canvas)
    this.#renderer = renderer
  }

  static async create(): Promise<PixiBackend> {
    const canvas = document.createElement('canvas')
    const renderer = new WebGLRenderer()
    await renderer.init({
      canvas,
      antialias: true,
      backgroundAlpha: 0,
      width: 1,
      height: 1,
      autoDensity: false,
    })
    return new PixiBackend(canvas, renderer)
  }

  resize(width: number, height: number, ratio: number): void {
    this.#width = width
    this.#height = height
    this.#renderer.resize(width, height, ratio)
  }

  *prepare(list: DrawList, camera: Camera, theme: Theme): Generator<undefined, () => number> {
    if (theme !== this.#theme) this.#paint(theme)
    const { positions, uvs, colours, indices } = yield* trianglesSteps(list, camera, this.#palette(theme))
    yield
    const geometry = new Geometry({
      attributes: {
        aPosition: { buffer: positions, format: 'float32x2' },
        aUV: { buffer: uvs, format: 'float32x2' },
        aColour: { buffer: colours, format: 'unorm8x4' },
      },
      indexBuffer: indices,
    })
    const mesh = new Mesh({ geometry, shader: this.#shaderOf(this.#texture ?? Texture.WHITE) })
    return () => {
      const old = this.#mesh
      this.#mesh = mesh
      this.#stage.removeChildren()
      if (indices.length) this.#stage.addChild(mesh)
      if (old) {
        old.geometry.destroy(true)
        old.destroy()
      }
      // It is drawn when the stage next places it.
      return 0
    }
  }

  #shaderOf(texture: Texture): Shader {
    this.#shader ??= Shader.from({
      gl: { vertex: VERTEX, fragment: FRAGMENT },
      resources: {
        uTexture: texture.source,
        uSampler: texture.source.style,
        view: { uView: { value: this.#view, type: 'vec4<f32>' } },
      },
    })
    return this.#shader
  }

  pan(camera: Camera): number {
    this.#view[0] = (2 * camera.k) / this.#width
    this.#view[1] = (-2 * camera.k) / this.#height
    this.#view[2] = (2 * camera.x) / this.#width - 1
    this.#view[3] = 1 - (2 * camera.y) / this.#height
    this.#mesh?.shader?.resources.view.update()
    this.#renderer.render(this.#stage)
    return this.#stage.children.length
  }

  destroy(): void {
    this.#mesh?.destroy()
    this.#texture?.destroy(true)
    this.#renderer.destroy()
  }

  /** Draws the atlas anew in the colours of the theme. */
  #paint(theme: Theme): void {
    this.#theme = theme
    this.#colours.clear()
    const canvas = document.createElement('canvas')
    canvas.width = COLUMNS * CELL
    canvas.height = Math.ceil((GRAPH_STATES.length + 2) / COLUMNS) * CELL
    const context = canvas.getContext('2d')
    if (!context) return
    const centre = (i: number): [number, number] => [
      ((i % COLUMNS) + 0.5) * CELL,
      (Math.floor(i / COLUMNS) + 0.5) * CELL,
    ]
    context.fillStyle = '#fff'
    context.fillRect(0, 0, CELL, CELL)
    context.beginPath()
    context.arc(...centre(1), CELL / 2 - 1, 0, 2 * Math.PI)
    context.fill()
    GRAPH_STATES.forEach((state, i) => {
      const solid = state === 'completed' ? theme.fill[state] : theme.solid[state]
      drawGlyph(context, state, ...centre(i + 2), CELL / 16, solid, theme.token.surface)
    })
    this.#shader = null
    this.#texture?.destroy(true)
    this.#texture = Texture.from(canvas, true)
  }

  #spot(i: number): Spot {
    const rows = Math.ceil((GRAPH_STATES.length + 2) / COLUMNS)
    const u = (i % COLUMNS) / COLUMNS
    const v = Math.floor(i / COLUMNS) / rows
    return { u0: u, v0: v, u1: u + 1 / COLUMNS, v1: v + 1 / rows }
  }

  readonly #colours = new Map<string, Rgba>()
  #rgba(css: string): Rgba {
    const known = this.#colours.get(css)
    if (known) return known
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 1
    const context = canvas.getContext('2d')
    let colour: Rgba = [0, 0, 0, 255]
    if (context) {
      context.fillStyle = css
      context.fillRect(0, 0, 1, 1)
      const [r = 0, g = 0, b = 0, a = 255] = context.getImageData(0, 0, 1, 1).data
      colour = [r, g, b, a]
    }
    this.#colours.set(css, colour)
    return colour
  }

  #palette(theme: Theme): Palette {
    return {
      paint: (paint) => this.#rgba(paintOf(paint, theme)),
      ground: this.#rgba(theme.token.raised),
      white: this.#spot(0),
      disc: this.#spot(1),
      glyph: (state: GraphState) => this.#spot(GRAPH_STATES.indexOf(state) + 2),
    }
  }
}

// Design tokens as colours a canvas understands. Custom properties hold light-dark() expressions, so each is resolved
// by giving it to a real element and asking what colour came out.
import { GRAPH_STATES, type GraphState, STATE_TOKEN } from './states.ts'

const TOKENS = [
  'canvas',
  'surface',
  'raised',
  'text',
  'text-2',
  'text-3',
  'line',
  'line-strong',
  'line-control',
  'band',
  'ring-line',
  'accent',
  'accent-soft',
  'st-completed-fill',
] as const
export type Token = (typeof TOKENS)[number]

export type Theme = {
  token: Record<Token, string>
  /** Full colour of a state: words, glyphs, loud marks. */
  solid: Record<GraphState, string>
  /** Colour of masses: completed work is soft, everything else is its solid. */
  fill: Record<GraphState, string>
  tint: Record<GraphState, string>
  /** Colours that are not states': short to long in ink, and kinds in hues that no state has the strength of. */
  ramp: { fill: string[]; tint: string[] }
  hue: { fill: string[]; tint: string[] }
  font: string
}

const STEPS = [30, 44, 60, 78, 98]
const ANGLES = [250, 60, 330, 195, 285, 95, 20, 225]
/** The colours of the schemes as CSS, which legends use as it is. */
export const RAMP_COLOURS = STEPS.map((share) => `color-mix(in oklab, var(--text) ${share}%, var(--band))`)
export const HUE_COLOURS = [
  ...ANGLES.map((angle) => `light-dark(oklch(0.62 0.11 ${angle}), oklch(0.7 0.1 ${angle}))`),
  'var(--line-control)',
]
const faded = (colour: string): string => `color-mix(in oklab, ${colour} 26%, var(--canvas))`

export function readTheme(host: HTMLElement): Theme {
  const probe = document.createElement('span')
  probe.style.display = 'none'
  host.append(probe)
  const style = getComputedStyle(probe)
  const css = (colour: string): string => {
    probe.style.color = colour
    return style.color
  }
  const read = (name: string): string => css(`var(--${name})`)
  const each = <K extends string>(keys: readonly K[], of: (key: K) => string): Record<K, string> =>
    Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, string>
  const theme: Theme = {
    token: each(TOKENS, read),
    solid: each(GRAPH_STATES, (state) => read(`st-${STATE_TOKEN[state]}`)),
    fill: each(GRAPH_STATES, (state) =>
      read(STATE_TOKEN[state] === 'completed' ? 'st-completed-fill' : `st-${STATE_TOKEN[state]}`),
    ),
    tint: each(GRAPH_STATES, (state) =>
      state === 'blocked' ? read('line') : read(`st-${STATE_TOKEN[state]}-tint`),
    ),
    ramp: { fill: RAMP_COLOURS.map(css), tint: RAMP_COLOURS.map((colour) => css(faded(colour))) },
    hue: { fill: HUE_COLOURS.map(css), tint: HUE_COLOURS.map((colour) => css(faded(colour))) },
    font: getComputedStyle(host).fontFamily || 'sans-serif',
  }
  probe.remove()
  return theme
}

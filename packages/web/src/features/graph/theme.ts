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
  font: string
}

export function readTheme(host: HTMLElement): Theme {
  const probe = document.createElement('span')
  probe.style.display = 'none'
  host.append(probe)
  const style = getComputedStyle(probe)
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`
    return style.color
  }
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
    font: getComputedStyle(host).fontFamily || 'sans-serif',
  }
  probe.remove()
  return theme
}

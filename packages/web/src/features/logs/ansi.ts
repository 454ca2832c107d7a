// Colours that programs write into their logs, as spans of plain text. Nothing here ever becomes HTML.
export interface Span {
  text: string
  colour?: AnsiColour
  bold?: true
  faint?: true
}
/** The eight colours of a terminal; each is shown in a token of ours, so that it stays readable in both themes. */
export type AnsiColour = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white'
const COLOURS: AnsiColour[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const SEQUENCE = /\u001b\[([0-9;?]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g

export const hasAnsi = (text: string): boolean => text.includes('\u001b')

/** Splits a text into spans; sequences other than colours and weight are dropped. */
export function ansiSpans(text: string): Span[] {
  if (!hasAnsi(text)) return [{ text }]
  const spans: Span[] = []
  let look: Omit<Span, 'text'> = {}
  let at = 0
  for (const match of text.matchAll(SEQUENCE)) {
    if (match.index > at) spans.push({ text: text.slice(at, match.index), ...look })
    at = match.index + match[0].length
    if (match[2] === 'm') look = apply(look, match[1] ?? '')
  }
  if (at < text.length) spans.push({ text: text.slice(at), ...look })
  return spans
}

export const stripAnsi = (text: string): string => (hasAnsi(text) ? text.replace(SEQUENCE, '') : text)

function apply(look: Omit<Span, 'text'>, codes: string): Omit<Span, 'text'> {
  let next = { ...look }
  const list = codes === '' ? [0] : codes.split(';').map(Number)
  for (let i = 0; i < list.length; i++) {
    const code = list[i]!
    const colour = COLOURS[(code >= 90 ? code - 90 : code - 30) % 10]
    if (code === 0) next = {}
    else if (code === 1) next.bold = true
    else if (code === 2) next.faint = true
    else if (code === 22) {
      delete next.bold
      delete next.faint
    } else if (code === 39) delete next.colour
    else if (code === 38 || code === 48) i += list[i + 1] === 5 ? 2 : 4
    else if (((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) && colour) next.colour = colour
  }
  return next
}

import { stripVTControlCharacters } from 'node:util'
import type { Style } from '../cli.ts'

/** One column of a table. */
export interface Column<Row> {
  readonly title: string
  readonly text: (row: Row) => string | number | null | undefined
  readonly align?: 'left' | 'right'
  readonly style?: Style | ((row: Row) => Style | undefined)
  /** May be cut to fit a narrow terminal; ids must not be. */
  readonly flexible?: boolean
}

const GAP = 2
const NARROWEST = 8
// East Asian wide and emoji: two cells each on a terminal.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How many cells a text takes on a terminal. */
export function cellWidth(text: string): number {
  let width = 0
  for (const { segment } of segments.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

function cut(text: string, width: number): string {
  if (cellWidth(text) <= width) return text
  let result = ''
  let used = 0
  for (const { segment } of segments.segment(text)) {
    used += cellWidth(segment)
    if (used > width - 1) break
    result += segment
  }
  return `${result}…`
}

// A name may hold anything; a control character in it must not reach the terminal, and a row is one line.
const printable = (value: string | number | null | undefined): string =>
  stripVTControlCharacters(String(value ?? ''))
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')

/** The lines of a table that is at most `width` cells wide, if its columns allow it. */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  paint: (style: Style, text: string) => string,
): string[] {
  const cells = rows.map((row) => columns.map((column) => printable(column.text(row))))
  const widths = columns.map((column, index) =>
    Math.max(cellWidth(column.title), ...cells.map((row) => cellWidth(row[index] ?? ''))),
  )
  const total = () => widths.reduce((sum, each) => sum + each + GAP, -GAP)
  while (total() > width) {
    const widest = columns.reduce<number | undefined>((best, column, index) => {
      const room = widths[index] ?? 0
      if (!column.flexible || room <= NARROWEST) return best
      return best === undefined || room > (widths[best] ?? 0) ? index : best
    }, undefined)
    if (widest === undefined) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  const line = (texts: readonly string[], styleOf: (index: number) => Style | undefined) =>
    columns
      .map((column, index) => {
        const text = cut(texts[index] ?? '', widths[index] ?? 0)
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - cellWidth(text)))
        const style = styleOf(index)
        const painted = style ? paint(style, text) : text
        if (column.align === 'right') return space + painted
        return index === columns.length - 1 ? painted : painted + space
      })
      .join(' '.repeat(GAP))
  return [
    line(
      columns.map((column) => column.title.toUpperCase()),
      () => 'bold',
    ),
    ...rows.map((row, number) =>
      line(cells[number] ?? [], (index) => {
        const style = columns[index]?.style
        return typeof style === 'function' ? style(row) : style
      }),
    ),
  ]
}

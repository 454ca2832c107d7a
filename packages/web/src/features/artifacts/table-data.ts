// Tables come as JSON text: a list of rows (objects or lists) or an object of columns.

export interface TableData {
  columns: string[]
  rows: unknown[][]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null for what is no table. */
export function parseTable(data: unknown): TableData | null {
  let value = data
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value)
    } catch {
      return null
    }
  }
  if (Array.isArray(value)) return ofRows(value)
  if (isObject(value)) return ofColumns(value)
  return null
}

function ofRows(list: unknown[]): TableData | null {
  if (list.every((row) => Array.isArray(row))) {
    const width = list.reduce((most, row) => Math.max(most, row.length), 0)
    return {
      columns: Array.from({ length: width }, (_, index) => `Column ${index + 1}`),
      rows: list.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? null)),
    }
  }
  if (!list.every(isObject)) return null
  // Every column that any row has, in the order in which they first occur.
  const columns = [...new Set(list.flatMap((row) => Object.keys(row)))]
  return {
    columns,
    rows: list.map((row) => columns.map((name) => (Object.hasOwn(row, name) ? row[name] : null))),
  }
}

function ofColumns(value: Record<string, unknown>): TableData | null {
  const columns = Object.keys(value)
  const lists = Object.values(value)
  if (!lists.every((list) => Array.isArray(list))) return null
  const height = lists.reduce((most, list) => Math.max(most, list.length), 0)
  return {
    columns,
    rows: Array.from({ length: height }, (_, row) => lists.map((list) => list[row] ?? null)),
  }
}

/** A cell as text; empty for null. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Whether a column's figures line up at their end. */
export const isNumeric = (table: TableData, column: number): boolean => {
  let some = false
  for (const row of table.rows) {
    const value = row[column]
    if (value === null || value === undefined) continue
    if (typeof value !== 'number') return false
    some = true
  }
  return some
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Numbers by size before texts by alphabet, what is not there last in either direction. */
export function sortRows(rows: readonly unknown[][], column: number, down: boolean): unknown[][] {
  const sign = down ? -1 : 1
  return rows.toSorted((a, b) => {
    const [left, right] = [a[column], b[column]]
    if (left === null || left === undefined) return right === null || right === undefined ? 0 : 1
    if (right === null || right === undefined) return -1
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    if (typeof left === 'number') return -sign
    if (typeof right === 'number') return sign
    return sign * collator.compare(cellText(left), cellText(right))
  })
}

/** Rows in which any cell holds the text, in any case. */
export function filterRows(rows: readonly unknown[][], text: string): unknown[][] {
  const wanted = text.trim().toLowerCase()
  if (!wanted) return [...rows]
  return rows.filter((row) => row.some((cell) => cellText(cell).toLowerCase().includes(wanted)))
}

/**
 * The table as CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front: the data
 * may come from anywhere.
 */
export function toCsv({ columns, rows }: TableData): string {
  const field = (value: unknown): string => {
    const text = cellText(value)
    const tame =
      typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
  }
  return [columns, ...rows].map((row) => row.map(field).join(',')).join('\r\n')
}

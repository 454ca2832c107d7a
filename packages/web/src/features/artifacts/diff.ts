// What changed between two versions, line by line.
import { parseTable } from './table-data.ts'
import { rawText } from './types.ts'

export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Beyond this many steps of difference, two texts have so little in common that both are shown whole. */
const MOST_STEPS = 1_000

/** Myers' shortest edit script over lines. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }))
  return [
    ...same(before.slice(0, start)),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ]
}

function middle(before: readonly string[], after: readonly string[]): DiffLine[] {
  const [n, m] = [before.length, after.length]
  const whole: DiffLine[] = [
    ...before.map((text): DiffLine => ({ kind: 'removed', text })),
    ...after.map((text): DiffLine => ({ kind: 'added', text })),
  ]
  if (n === 0 || m === 0) return whole
  // furthest[k] is how far into `before` the best path on diagonal k reaches.
  const furthest = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  const most = Math.min(n + m, MOST_STEPS)
  for (let d = 0; d <= most; d++) {
    trace.push(new Map(furthest))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1
      let y = x - k
      while (x < n && y < m && before[x] === after[y]) {
        x++
        y++
      }
      furthest.set(k, x)
      if (x >= n && y >= m) return walkBack(trace, before, after)
    }
  }
  return whole
}

function walkBack(
  trace: readonly Map<number, number>[],
  before: readonly string[],
  after: readonly string[],
): DiffLine[] {
  const lines: DiffLine[] = []
  let [x, y] = [before.length, after.length]
  for (let d = trace.length - 1; d >= 0; d--) {
    const furthest = trace[d]!
    const k = x - y
    const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
    const fromK = down ? k + 1 : k - 1
    const fromX = d === 0 ? 0 : (furthest.get(fromK) ?? 0)
    const fromY = d === 0 ? 0 : fromX - fromK
    while (x > fromX && y > fromY) {
      lines.push({ kind: 'same', text: before[--x]! })
      y--
    }
    if (d === 0) break
    if (down) lines.push({ kind: 'added', text: after[--y]! })
    else lines.push({ kind: 'removed', text: before[--x]! })
  }
  return lines.reverse()
}

/** An artifact's data as lines that can be compared: a table by its rows, everything else as it is read raw. */
export function linesOf({ type, data }: { type: string | null; data: unknown }): string[] {
  const table = type === 'table' ? parseTable(data) : null
  if (!table) return rawText(data ?? null).split('\n')
  return table.rows.map((row) =>
    table.columns.map((name, column) => `${name}: ${JSON.stringify(row[column] ?? null)}`).join('  ·  '),
  )
}

/** Lines that did not change, but for some around those that did, become one that says how many they are. */
export function folded(
  lines: readonly DiffLine[],
  around = 3,
): (DiffLine | { kind: 'fold'; count: number })[] {
  const near = new Array<boolean>(lines.length).fill(false)
  lines.forEach((line, index) => {
    if (line.kind === 'same') return
    for (let at = Math.max(0, index - around); at <= Math.min(lines.length - 1, index + around); at++)
      near[at] = true
  })
  const shown: (DiffLine | { kind: 'fold'; count: number })[] = []
  lines.forEach((line, index) => {
    const last = shown.at(-1)
    if (near[index]) shown.push(line)
    else if (last?.kind === 'fold') last.count++
    else shown.push({ kind: 'fold', count: 1 })
  })
  return shown
}

// Where a moment stands on the Timeline. Time in which nothing ran can be folded to a sliver.

export interface Gap {
  from: number
  to: number
  /** Its middle, as a share of the width. */
  at: number
}

export interface TimeScale {
  /** Share of the width; below 0 and above 1 outside of the window. */
  position(t: number): number
  /** The moment at a share of the width. */
  time(share: number): number
  /** Idle time that is folded. */
  gaps: Gap[]
}

/** Gaps longer than this share of the busy time are folded to `SLIVER` of it. */
const LONG = 0.06
const SLIVER = 0.025

export function linearScale(from: number, to: number): TimeScale {
  const total = to - from || 1
  return { position: (t) => (t - from) / total, time: (share) => from + share * total, gaps: [] }
}

/** A scale of the window that folds what lies between the busy stretches, which may overlap and be out of order. */
export function foldedScale(
  from: number,
  to: number,
  busy: readonly (readonly [number, number])[],
): TimeScale {
  const merged: [number, number][] = []
  for (const [a, b] of [...busy].sort((x, y) => x[0] - y[0])) {
    const [start, end] = [Math.max(a, from), Math.min(b, to)]
    if (end < start) continue
    const last = merged.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else merged.push([start, end])
  }
  const work = merged.reduce((sum, [a, b]) => sum + b - a, 0) || to - from
  const edges = [from, ...merged.flat(), to]
  // Stretches and gaps by turns: even ones are gaps.
  const pieces: { from: number; to: number; width: number; folded: boolean }[] = []
  for (let i = 0; i + 1 < edges.length; i++) {
    const [a, b] = [edges[i]!, edges[i + 1]!]
    const folded = i % 2 === 0 && b - a > work * LONG
    if (b > a) pieces.push({ from: a, to: b, width: folded ? work * SLIVER : b - a, folded })
  }
  if (!pieces.some(({ folded }) => folded)) return linearScale(from, to)
  const total = pieces.reduce((sum, { width }) => sum + width, 0)
  let x = 0
  const placed = pieces.map((piece) => {
    const at = x
    x += piece.width / total
    return { ...piece, x: at, share: piece.width / total }
  })
  const first = placed[0]!
  const last = placed.at(-1)!
  return {
    position: (t) => {
      if (t < from) return (t - from) / total
      if (t > to) return 1 + (t - to) / total
      const piece = placed.find((each) => t <= each.to) ?? last
      return piece.x + ((t - piece.from) / (piece.to - piece.from)) * piece.share
    },
    time: (share) => {
      const piece = placed.find((each) => share <= each.x + each.share) ?? (share < 0 ? first : last)
      return piece.from + ((share - piece.x) / piece.share) * (piece.to - piece.from)
    },
    gaps: placed
      .filter(({ folded }) => folded)
      .map((each) => ({ from: each.from, to: each.to, at: each.x + each.share / 2 })),
  }
}

// How much of a node is drawn, decided by how much room it has on the screen.
export type Detail = 'rings' | 'dots' | 'glyphs' | 'cards'

/** `slot` is the distance between neighbours on the screen, in CSS pixels. */
export function detailFor(slot: number): Detail {
  if (slot < 3) return 'rings'
  if (slot < 12) return 'dots'
  return slot < 60 ? 'glyphs' : 'cards'
}

/** Screen radius of a node's mark, in CSS pixels: it never fills its slot, and never outgrows a glyph. */
export function markRadius(slot: number): number {
  if (slot < 12) return Math.max(1, slot * 0.36)
  return Math.min(6.2, 3.6 + (slot - 12) * 0.1)
}

/** Single edges are worth their strokes only while they can be told apart; beyond that their bundles are drawn. */
export const MOST_SINGLE_EDGES = 1_500
/** Text runs on the screen at once. */
export const MOST_LABELS = 300
/** Moves are eased only for graphs that redraw within a frame. */
export const MOST_EASED = 2_000

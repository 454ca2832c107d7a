import { type FocusEvent, useState } from 'react'

interface Held<T> {
  /** What the rows are an answer to: another question lets go. */
  question: string
  rows: readonly T[]
}

/** The rows in the order that was held, with what is newer about them; and how many wait to come in. */
export function inHeldOrder<T extends { id: string }>(
  held: readonly T[],
  rows: readonly T[],
): { shown: T[]; waiting: number } {
  const now = new Map(rows.map((row) => [row.id, row]))
  const before = new Set(held.map((row) => row.id))
  return {
    shown: held.map((row) => now.get(row.id) ?? row),
    waiting: rows.filter((row) => !before.has(row.id)).length,
  }
}

/**
 * Keeps rows where they are while the pointer or the focus is among them: a list that is live must not put another
 * thing under a finger. `around` goes onto the element around the rows.
 */
export function useHeldOrder<T extends { id: string }>(rows: readonly T[] | undefined, question: string) {
  const [pointer, setPointer] = useState(false)
  const [focus, setFocus] = useState(false)
  const [held, setHeld] = useState<Held<T> | null>(null)
  const holding = pointer || focus
  // Set while drawing: an effect would let the rows jump for one frame.
  if (holding && rows && held?.question !== question) setHeld({ question, rows })
  if (!holding && held) setHeld(null)
  const { shown, waiting } =
    holding && held?.question === question && rows
      ? inHeldOrder(held.rows, rows)
      : { shown: rows, waiting: 0 }
  return {
    shown,
    waiting,
    letIn: () => rows && setHeld({ question, rows }),
    around: {
      onPointerEnter: () => setPointer(true),
      onPointerLeave: () => setPointer(false),
      onFocus: () => setFocus(true),
      onBlur: (event: FocusEvent<HTMLElement>) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocus(false)
      },
    },
  }
}

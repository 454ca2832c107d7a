import { useSyncExternalStore } from 'react'

// One timer for every relative time on the page, so that they change together.
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    if (document.hidden) return
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

const never = () => () => {}

/**
 * The present in milliseconds, rounded down to `stepMs`: a component renders again only when the step changes, so
 * a table of old timestamps is quiet. `stepMs` 0 reads the clock once per render and does not tick.
 */
export function useNow(stepMs = 1000): number {
  const step = stepMs > 0 ? stepMs : 60_000
  return useSyncExternalStore(stepMs > 0 ? subscribe : never, () => Math.floor(Date.now() / step) * step)
}

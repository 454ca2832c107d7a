import { useCallback, useEffect, useRef, useState } from 'react'
import { MOST_EASED } from './detail.ts'
import { speedsFor } from './replay.ts'

export type Replay = {
  /** The moment that is shown, in milliseconds since the epoch; null when nothing is replayed. */
  at: number | null
  from: number
  to: number
  playing: boolean
  speed: number
  speeds: number[]
  setSpeed(speed: number): void
  toggle(): void
  seek(at: number): void
  /** Back to the run as it is. */
  leave(): void
}

/**
 * Plays a run again. `stored` is the moment that the address holds; `store` is told where the hand comes to rest, not
 * each of its steps.
 */
export function useReplay(
  from: number,
  to: number,
  size: number,
  stored: number | null,
  store: (at: number | null) => void,
): Replay {
  const [at, setAt] = useState<number | null>(stored)
  const [playing, setPlaying] = useState(false)
  const { speeds, usual } = speedsFor(to - from)
  const [chosen, setSpeed] = useState<number | null>(null)
  const speed = chosen !== null && speeds.includes(chosen) ? chosen : usual
  const told = useRef<number | null>(stored)
  const keep = useRef(store)
  keep.current = store
  const timer = useRef(0)
  const latest = useRef(at)
  latest.current = at

  const tell = useCallback((value: number | null, wait: number): void => {
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => {
      told.current = value === null ? null : Math.round(value)
      keep.current(told.current)
    }, wait)
  }, [])
  useEffect(() => () => clearTimeout(timer.current), [])

  // Back, forward and a pasted address move the hand; what we told the address ourselves does not.
  useEffect(() => {
    if (stored === told.current) return
    told.current = stored
    setPlaying(false)
    setAt(stored)
  }, [stored])

  useEffect(() => {
    if (!playing) return
    let frame = 0
    let before = performance.now()
    // A large graph takes longer to recolour than a frame lasts.
    const least = size > MOST_EASED ? 90 : 32
    const step = (now: number): void => {
      frame = requestAnimationFrame(step)
      if (now - before < least) return
      const next = Math.min(to, (latest.current ?? from) + (now - before) * speed)
      before = now
      latest.current = next
      setAt(next)
      if (next >= to) {
        setPlaying(false)
        tell(next, 0)
      }
    }
    frame = requestAnimationFrame(step)
    return () => cancelAnimationFrame(frame)
  }, [playing, speed, from, to, size, tell])

  return {
    at: at === null ? null : Math.max(from, Math.min(to, at)),
    from,
    to,
    playing,
    speed,
    speeds,
    setSpeed,
    toggle: () => {
      if (playing) {
        setPlaying(false)
        tell(latest.current, 0)
        return
      }
      if (at === null || at >= to) {
        latest.current = from
        setAt(from)
      }
      setPlaying(true)
    },
    seek: (value) => {
      setPlaying(false)
      const next = Math.max(from, Math.min(to, value))
      latest.current = next
      setAt(next)
      tell(next, 250)
    },
    leave: () => {
      setPlaying(false)
      latest.current = null
      setAt(null)
      tell(null, 0)
    },
  }
}

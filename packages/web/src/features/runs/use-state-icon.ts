import { useEffect } from 'react'
import { lookOf, type StateLike } from '../../lib/states.ts'

const COLOURS: Partial<Record<string, string>> = {
  completed: '#0F7B55',
  cached: '#0F7B55',
  running: '#0A62BC',
  retrying: '#0A62BC',
  failed: '#C01F37',
  timedout: '#C01F37',
  crashed: '#9C1C86',
  late: '#9A3F00',
}

/** The tab's icon carries the state, so that a run can be watched from another tab. */
export function useStateIcon(state: StateLike | null): void {
  const look = state ? lookOf(state) : null
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel~="icon"]')
    if (!icon || !look) return
    const { href, type } = icon
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 32
    const context = canvas.getContext('2d')
    if (!context) return
    context.fillStyle = COLOURS[look] ?? '#646A7B'
    context.beginPath()
    context.arc(16, 16, 12, 0, 2 * Math.PI)
    context.fill()
    icon.type = 'image/png'
    icon.href = canvas.toDataURL()
    return () => {
      icon.type = type
      icon.href = href
    }
  }, [look])
}

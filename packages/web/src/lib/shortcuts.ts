/** Keyboard shortcuts: single keys and "g then x" sequences, off while typing, and off altogether if so set. */
import { useEffect, useRef } from 'react'
import { stored } from './preferences.ts'

export interface Shortcut {
  /** "?", "/", "g h", "mod+k", "mod+shift+k". `mod` is Command on a Mac and Control elsewhere. */
  keys: string
  run: (event: KeyboardEvent) => void
}

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** A dialog or menu owns the keyboard while it is open. */
const overlayOpen = () => document.querySelector('[role="dialog"],[role="menu"],[role="listbox"]') !== null

const SEQUENCE_MS = 1000

export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    let pending = ''
    let at = 0
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const mod = isMac ? event.metaKey : event.ctrlKey
      if (mod) {
        const keys = `mod+${event.shiftKey ? 'shift+' : ''}${event.key.toLowerCase()}`
        const found = latest.current.find((s) => s.keys === keys)
        if (found) {
          event.preventDefault()
          found.run(event)
        }
        return
      }
      if (event.altKey || event.metaKey || event.ctrlKey) return
      if (typing(event.target) || overlayOpen() || stored.read('shortcuts') === 'off') return
      const sequence = pending && event.timeStamp - at < SEQUENCE_MS ? `${pending} ${event.key}` : event.key
      const found =
        latest.current.find((s) => s.keys === sequence) ?? latest.current.find((s) => s.keys === event.key)
      pending = latest.current.some((s) => s.keys.startsWith(`${event.key} `)) ? event.key : ''
      at = event.timeStamp
      if (found) {
        pending = ''
        event.preventDefault()
        found.run(event)
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

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
  // A tick box takes no letters: after ticking a row the keys of the list go on.
  if (target instanceof HTMLInputElement && /^(checkbox|radio)$/.test(target.type)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** A dialog or menu owns the keyboard while it is open. */
const overlayOpen = () => document.querySelector('[role="dialog"],[role="menu"],[role="listbox"]') !== null

const SEQUENCE_MS = 1000

/** The shortcuts of every component on the page, in the order in which they came. */
const registered = new Set<{ current: readonly Shortcut[] }>()
let pending = ''
let at = 0

/** Of two components with the same keys the one that came last has them: it is the more particular. */
function find(keys: string): Shortcut | undefined {
  let found: Shortcut | undefined
  for (const { current } of registered) found = current.find((each) => each.keys === keys) ?? found
  return found
}

// One listener for all: the second key of a sequence must not be taken for another component's single key.
function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const run = (found: Shortcut | undefined): void => {
    if (!found) return
    pending = ''
    event.preventDefault()
    found.run(event)
  }
  const mod = isMac ? event.metaKey : event.ctrlKey
  if (mod) {
    run(find(`mod+${event.shiftKey ? 'shift+' : ''}${event.key.toLowerCase()}`))
    return
  }
  if (event.altKey || event.metaKey || event.ctrlKey) return
  if (typing(event.target) || overlayOpen() || stored.read('shortcuts') === 'off') return
  const sequence = pending && event.timeStamp - at < SEQUENCE_MS ? `${pending} ${event.key}` : event.key
  const found = find(sequence) ?? find(event.key)
  const begins = [...registered].some(({ current }) =>
    current.some((each) => each.keys.startsWith(`${event.key} `)),
  )
  pending = begins ? event.key : ''
  at = event.timeStamp
  run(found)
}

export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    if (registered.size === 0) addEventListener('keydown', onKey)
    registered.add(latest)
    return () => {
      registered.delete(latest)
      if (registered.size === 0) removeEventListener('keydown', onKey)
    }
  }, [])
}

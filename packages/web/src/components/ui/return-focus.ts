import { useRef } from 'react'

/** Who asked for a dialog: what has the focus, or, where that is a menu which is about to go, who opened the menu. */
function asker(): HTMLElement | null {
  const active = document.activeElement
  const trigger = active?.closest('[role=menu]')?.getAttribute('aria-labelledby')
  const found = trigger ? document.getElementById(trigger) : active
  return found instanceof HTMLElement ? found : null
}

/**
 * Gives the focus back when a dialog closes that was not opened by a trigger of its own. It is noted while the dialog
 * is rendered for the first time: a field in it may take the focus before any effect runs.
 */
export function useReturnFocus(open: boolean): (event: Event) => void {
  const back = useRef<HTMLElement | null>(null)
  const was = useRef(false)
  if (open && !was.current) back.current = asker()
  was.current = open
  return (event) => {
    if (!back.current?.isConnected) return
    event.preventDefault()
    back.current.focus()
  }
}

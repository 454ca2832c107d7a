import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stored } from './preferences.ts'
import { useShortcuts } from './shortcuts.ts'

const run = {
  palette: vi.fn(),
  switcher: vi.fn(),
  home: vi.fn(),
  help: vi.fn(),
  next: vi.fn(),
  part: vi.fn(),
}

/** A part of the page with keys of its own, one of which ends a sequence of the page's. */
function Part() {
  useShortcuts([{ keys: 'h', run: run.part }])
  return null
}

function Page() {
  useShortcuts([
    { keys: 'mod+k', run: run.palette },
    { keys: 'mod+shift+k', run: run.switcher },
    { keys: 'g h', run: run.home },
    { keys: '?', run: run.help },
    { keys: 'h', run: run.next },
  ])
  return <input aria-label="field" />
}

const press = (key: string, init: KeyboardEventInit = {}, target: Element = document.body) =>
  fireEvent.keyDown(target, { key, ...init })

afterEach(() => {
  cleanup()
  localStorage.clear()
  for (const each of Object.values(run)) each.mockReset()
})

describe('keyboard shortcuts', () => {
  it('are single keys and sequences; a sequence wins over its last key', () => {
    render(<Page />)
    press('?')
    expect(run.help).toHaveBeenCalledTimes(1)
    press('g')
    press('h')
    expect(run.home).toHaveBeenCalledTimes(1)
    expect(run.next).not.toHaveBeenCalled()
    press('h')
    expect(run.next).toHaveBeenCalledTimes(1)
  })
  it('are silent while somebody types, but for those with a modifier', () => {
    render(<Page />)
    const field = screen.getByLabelText('field')
    press('?', {}, field)
    expect(run.help).not.toHaveBeenCalled()
    press('k', { ctrlKey: true }, field)
    expect(run.palette).toHaveBeenCalledTimes(1)
  })
  it('of one component do not take the second key of a sequence of another, and come before its single keys', () => {
    render(
      <>
        <Page />
        <Part />
      </>,
    )
    press('g')
    press('h')
    expect(run.home).toHaveBeenCalledTimes(1)
    expect(run.part).not.toHaveBeenCalled()
    press('h')
    expect(run.part).toHaveBeenCalledTimes(1)
    expect(run.next).not.toHaveBeenCalled()
  })
  it('with Shift are others than without it', () => {
    render(<Page />)
    press('K', { ctrlKey: true, shiftKey: true })
    expect(run.switcher).toHaveBeenCalledTimes(1)
    expect(run.palette).not.toHaveBeenCalled()
  })
  it('leave combinations of the browser alone', () => {
    render(<Page />)
    press('h', { ctrlKey: true })
    press('h', { altKey: true })
    expect(run.next).not.toHaveBeenCalled()
  })
  it('of a single key can be switched off, as WCAG 2.1.4 asks', () => {
    render(<Page />)
    stored.write('shortcuts', 'off')
    press('?')
    press('k', { ctrlKey: true })
    expect(run.help).not.toHaveBeenCalled()
    expect(run.palette).toHaveBeenCalledTimes(1)
  })
})

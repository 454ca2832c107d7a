import { useSyncExternalStore } from 'react'
import type { StateLook } from '../../lib/states.ts'
import { Button } from './button.tsx'
import { StateGlyph } from './state.tsx'

export interface ToastSpec {
  title: string
  text?: string
  look?: StateLook
  action?: { label: string; run: () => void }
  /** 0 to 1; a toast with progress stays until it is replaced or closed. */
  progress?: number
}

interface Shown extends ToastSpec {
  id: number
}

let shown: readonly Shown[] = []
let nextId = 1
const listeners = new Set<() => void>()
const timers = new Map<number, ReturnType<typeof setTimeout>>()

function set(next: readonly Shown[]): void {
  shown = next
  for (const listener of listeners) listener()
}

function schedule(id: number, spec: ToastSpec): void {
  clearTimeout(timers.get(id))
  // A failure waits for its reader; WCAG wants enough time, and an error is not repeated elsewhere.
  const ms = spec.progress !== undefined && spec.progress < 1 ? 0 : spec.look === 'failed' ? 12_000 : 6_000
  if (ms)
    timers.set(
      id,
      setTimeout(() => dismissToast(id), ms),
    )
}

/** Shows one line of fact and at most one action. Answers an id for {@link updateToast}. */
export function toast(spec: ToastSpec): number {
  const id = nextId++
  set([...shown, { ...spec, id }].slice(-4))
  schedule(id, spec)
  return id
}

export function updateToast(id: number, spec: ToastSpec): void {
  if (!shown.some((each) => each.id === id)) return
  set(shown.map((each) => (each.id === id ? { ...spec, id } : each)))
  schedule(id, spec)
}

export function dismissToast(id: number): void {
  clearTimeout(timers.get(id))
  timers.delete(id)
  set(shown.filter((each) => each.id !== id))
}

/** An error as a toast: its own words, and the id under which the server logged it. */
export function toastError(title: string, error: unknown): void {
  const requestId = (error as { requestId?: string } | null)?.requestId
  const message = error instanceof Error ? error.message : String(error)
  toast({ title, text: requestId ? `${message} Request ${requestId}` : message, look: 'failed' })
}

export function Toaster() {
  const list = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
  )
  return (
    <section
      aria-label="Notices"
      className="pointer-events-none fixed right-4 bottom-4 left-4 z-50 grid justify-items-end gap-2"
    >
      <div aria-live="polite" className="contents">
        {list.map((each) => (
          <div
            key={each.id}
            role={each.look === 'failed' ? 'alert' : undefined}
            className="pointer-events-auto flex w-full max-w-90 items-start gap-2.5 rounded-menu border border-line-strong bg-raised py-2.5 pr-1.5 pl-3 shadow-float"
          >
            <StateGlyph look={each.look ?? 'completed'} className="mt-0.75" />
            <div className="min-w-0 flex-1">
              <b className="block font-medium wrap-break-word">{each.title}</b>
              {each.text ? <p className="wrap-break-word text-text-2">{each.text}</p> : null}
              {each.progress === undefined ? null : (
                <div className="mt-1.75 mb-0.5 h-1 rounded-full bg-line">
                  <div
                    className="h-full rounded-full bg-accent"
                    style={{ width: `${Math.round(each.progress * 100)}%` }}
                  />
                </div>
              )}
            </div>
            {each.action ? (
              <Button
                kind="act"
                size="small"
                onClick={() => {
                  each.action?.run()
                  dismissToast(each.id)
                }}
              >
                {each.action.label}
              </Button>
            ) : null}
            <Button
              kind="bare"
              size="small"
              square
              icon="close"
              aria-label="Close notice"
              onClick={() => dismissToast(each.id)}
            />
          </div>
        ))}
      </div>
    </section>
  )
}

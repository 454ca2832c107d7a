/**
 * One run's way of being stopped. Lighter than an AbortController for each of many thousand tasks: the signal is made
 * when somebody asks for it.
 */
export class Cancellation {
  /** Why the run is to stop; undefined while it may go on. */
  reason: unknown
  /** Called once, at the moment of cancellation. */
  onCancel: ((reason: unknown) => void) | undefined
  readonly #parent: Cancellation | undefined
  #children: Set<Cancellation> | undefined
  #controller: AbortController | undefined
  #unlink: (() => void) | undefined

  constructor(parent?: Cancellation) {
    this.#parent = parent
    if (!parent) return
    this.reason = parent.reason
    parent.#children ??= new Set()
    parent.#children.add(this)
  }

  /** The run's signal, aborted with the reason. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.reason !== undefined) this.#controller.abort(this.reason)
    }
    return this.#controller.signal
  }

  /** Stops the run and those inside it. The first reason counts. */
  cancel(reason: unknown, childReason: unknown = reason): void {
    if (this.reason !== undefined) return
    this.reason = reason
    this.cancelChildren(childReason)
    this.#controller?.abort(reason)
    this.onCancel?.(reason)
  }

  cancelChildren(reason: unknown): void {
    for (const child of [...(this.#children ?? [])]) child.cancel(reason)
  }

  /** Stops the run when a signal does. */
  follow(signal: AbortSignal | undefined, reasonOf: (signal: AbortSignal) => unknown): void {
    if (!signal) return
    if (signal.aborted) {
      this.cancel(reasonOf(signal))
      return
    }
    const listener = () => this.cancel(reasonOf(signal))
    signal.addEventListener('abort', listener, { once: true })
    this.#unlink = () => signal.removeEventListener('abort', listener)
  }

  /** The run has ended: nothing can stop it any more. */
  end(): void {
    this.#unlink?.()
    this.onCancel = undefined
    this.#parent?.forget(this)
  }

  private forget(child: Cancellation): void {
    this.#children?.delete(child)
  }

  /** For another attempt of a run whose attempt was stopped by its own timeout. */
  renew(): void {
    this.reason = this.#parent?.reason
    this.#controller = undefined
  }
}

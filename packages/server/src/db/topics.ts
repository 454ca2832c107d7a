/** Callbacks by topic, called in order of subscription. */
export class LocalTopics {
  readonly #subscribers = new Map<string, Set<(payload: string) => void>>()

  publish(topic: string, payload: string): void {
    for (const fn of this.#subscribers.get(topic) ?? []) fn(payload)
  }

  subscribe(topic: string, fn: (payload: string) => void): () => void {
    const set = this.#subscribers.get(topic) ?? new Set()
    this.#subscribers.set(topic, set.add(fn))
    return () => set.delete(fn)
  }

  get topics(): string[] {
    return [...this.#subscribers.keys()]
  }
}

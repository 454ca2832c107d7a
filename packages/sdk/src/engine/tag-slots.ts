import type { Cancellation } from './cancellation.ts'
import type { Session } from './session.ts'

const LEASE_SECONDS = 60
// As long as the Python client remembers that a tag has no limit.
const REMEMBER_MILLIS = 5000

/**
 * Takes a slot of every limit on these tags; waits while they are full. Undefined where there is no limit, which is
 * asked once for many runs with the same tags.
 */
export async function takeTagSlots(
  session: Session,
  tags: readonly string[],
  taskRunId: string,
  cancellation: Cancellation,
): Promise<{ release(): Promise<void> } | undefined> {
  const key = tags.join('\n')
  for (;;) {
    const known = session.unlimitedTags.get(key)
    if (typeof known === 'number' && known > Date.now()) return undefined
    if (!(known instanceof Promise)) break
    await known.catch(() => undefined)
    if (typeof session.unlimitedTags.get(key) !== 'number') break
  }
  const names = tags.map((tag) => `tag:${tag}`)
  const ask = async () => {
    const answer = await session.client.concurrency.acquire({
      names,
      slots: 1,
      leaseSeconds: LEASE_SECONDS,
      holder: { type: 'task_run', id: taskRunId },
    })
    if ('limits' in answer && answer.limits.length === 0)
      session.unlimitedTags.set(key, Date.now() + REMEMBER_MILLIS)
    else session.unlimitedTags.delete(key)
    return answer
  }
  for (let first = true; ; first = false) {
    const asking = ask()
    if (first) session.unlimitedTags.set(key, asking)
    const answer = await asking.catch((error: unknown) => {
      session.unlimitedTags.delete(key)
      throw error
    })
    if ('full' in answer) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, answer.retryAfterSeconds * 1000)
        cancellation.onCancel = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      if (cancellation.reason !== undefined) return undefined
      continue
    }
    const { leaseId } = answer
    if (leaseId === null) return undefined
    const renewal = setInterval(() => {
      session.client.concurrency
        .renew(leaseId, LEASE_SECONDS)
        .catch((error: unknown) => cancellation.cancel(error))
    }, LEASE_SECONDS * 750)
    renewal.unref()
    return {
      async release() {
        clearInterval(renewal)
        await session.client.concurrency.release(leaseId).catch(() => undefined)
      },
    }
  }
}

/** Whether a row could not be written because a unique index has its values already. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && error.code === '23505') return true
  return error.message.includes('UNIQUE constraint failed')
}

const ATTEMPTS = 10

/**
 * Runs a write again when another writer took a unique value between its look and its insert: the next look
 * finds it, and answers with its own error or takes the next free value.
 */
export async function againOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isUniqueViolation(error) || attempt >= ATTEMPTS) throw error
    }
  }
}

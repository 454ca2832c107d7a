/** Versions of clients and of the API, as Prefect writes them: `3.4.11`, `3.0.0rc20`, `0.8.4`. */

const NUMBERS = /^\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(.*)$/

/**
 * Whether `version` is at least `minimum` (three plain numbers). A pre-release or development build of a version comes
 * before it. Anything unreadable is taken for new: refusing features to an unknown client helps nobody.
 */
export function isAtLeast(version: string, minimum: readonly [number, number, number]): boolean {
  const match = NUMBERS.exec(version)
  if (!match) return true
  for (let part = 0; part < 3; part++) {
    const difference = Number(match[part + 1] ?? 0) - minimum[part]!
    if (difference !== 0) return difference > 0
  }
  return !/^\.?(a|b|rc|dev)\d*/.test(match[4]!)
}

/** Whether the API version of a request has reached `minimum`; without the header it is the latest. */
export function apiAtLeast(
  apiVersion: string | null | undefined,
  minimum: readonly [number, number, number],
): boolean {
  return !apiVersion || isAtLeast(apiVersion, minimum)
}

/** From here on pauses and retries keep their bookkeeping in `empirical_policy`. */
export const PAUSE_BOOKKEEPING = [0, 8, 4] as const
/** From here on clients rerun failed task runs by themselves. */
export const IN_PROCESS_RETRIES = [0, 8, 3] as const
/** The first client that renews the lease on its deployment's slot. */
export const RENEWS_LEASES = [3, 4, 11] as const

/** Workers of these versions counted deployment slots themselves; taking one here too would count twice. */
export const WORKERS_WITH_OWN_SLOTS: ReadonlySet<string> = new Set([
  '3.0.0rc20',
  '3.0.0',
  '3.0.1',
  '3.0.2',
  '3.0.3',
])

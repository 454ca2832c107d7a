/**
 * A length of time: a number of seconds, or a text such as `'250ms'`, `'30s'`, `'5m'`, `'2h'` or `'1d'`.
 */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const

/** A duration that cannot be read. */
export class InvalidDurationError extends TypeError {
  override name = 'InvalidDurationError'
}

/**
 * The duration in seconds.
 * @param what the option's name, for the error
 * @throws InvalidDurationError when it is negative, not finite, or not of the form `'30s'`
 */
export function toSeconds(duration: Duration, what = 'The duration'): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration
  } else {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration)
    if (match) return Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS]
  }
  throw new InvalidDurationError(
    `${what} is ${JSON.stringify(duration)}. Give seconds as a number of at least 0, or a text such as '250ms', '30s' or '5m'.`,
  )
}

/** Seconds as Python prints a float, which is what records of runs hold: `5.0`, `0.2`. */
export const pythonFloat = (value: number): string =>
  Number.isInteger(value) ? value.toFixed(1) : String(value)

import { type Config, isLoopback } from '../../config.ts'
import { WrongSetupCode } from './identity.errors.ts'
import { randomBase62, sameSecret } from './secrets.ts'

/**
 * The one-time code that the first sign-up must show where others could reach the server: without it,
 * whoever comes first would own the instance. Made anew at each start and kept in memory only.
 */
export class SetupCode {
  /** Null on loopback, where whoever reaches the server could also read its data. */
  readonly code: string | null

  constructor(config: Pick<Config, 'host' | 'publicUrl'>) {
    const loopback =
      isLoopback(config.host) && isLoopback(new URL(config.publicUrl).hostname.replace(/^\[|\]$/g, ''))
    // Twelve letters and digits, about 60 bits; attempts are throttled.
    this.code = loopback ? null : group(randomBase62(12).toUpperCase())
  }

  require(given: string | undefined): void {
    if (this.code === null) return
    if (!given || !sameSecret(normal(given), normal(this.code))) throw new WrongSetupCode()
  }
}

const group = (text: string): string => text.match(/.{4}/g)?.join('-') ?? text
const normal = (text: string): string => text.replace(/[^0-9a-z]/gi, '').toUpperCase()

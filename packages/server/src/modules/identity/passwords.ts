import { isCommonPassword } from './common-passwords.ts'
import { PasswordRefused } from './identity.errors.ts'

export const PASSWORD_MIN_LENGTH = 12
const PASSWORD_MAX_LENGTH = 256
/** One hash takes 32 MiB and some 60 ms: a crowd waits in line instead of exhausting the memory. */
const AT_ONCE = 2
/** Has the form of a hash and matches no password: checking it takes as long as checking a real one. */
const NOBODY = `${'0'.repeat(32)}:${'0'.repeat(128)}`

// better-auth takes 100 ms to import, which a start does not have to wait for.
const mechanics = () => import('better-auth/crypto')

let running = 0
const waiting: (() => void)[] = []

async function inLine<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** scrypt with N 16384, r 16, p 1 and a random salt. */
export const hashPassword = (password: string): Promise<string> =>
  inLine(async () => (await mechanics()).hashPassword(password))

/** False without a hash too, after the same time: nobody learns which users exist. */
export const verifyPassword = (hash: string | null, password: string): Promise<boolean> =>
  inLine(async () => {
    const { verifyPassword: verify } = await mechanics()
    const same = await verify({ hash: hash ?? NOBODY, password: password.slice(0, PASSWORD_MAX_LENGTH) })
    return hash !== null && same
  })

/** Refuses what is too short, too long or easily guessed. `about` are the user's own words, as the e-mail. */
export function requireGoodPassword(password: string, about: readonly string[]): void {
  if ([...password].length < PASSWORD_MIN_LENGTH)
    throw new PasswordRefused(
      'password_too_short',
      `The password is too short: use ${PASSWORD_MIN_LENGTH} characters or more.`,
    )
  if (password.length > PASSWORD_MAX_LENGTH)
    throw new PasswordRefused(
      'password_too_long',
      `The password is too long: use at most ${PASSWORD_MAX_LENGTH} characters.`,
    )
  if (isCommonPassword(password, about))
    throw new PasswordRefused(
      'password_too_common',
      'This password is among the first that are tried. Choose another, as four words that nobody expects together.',
    )
}

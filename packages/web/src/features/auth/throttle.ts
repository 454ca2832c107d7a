import { useEffect, useState } from 'react'
import { ApiError } from '../../lib/api.ts'

/** Seconds until another try makes sense, counting down; 0 when it does now. */
export function useThrottle(error: unknown): number {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    const seconds = error instanceof ApiError && error.status === 429 ? (error.retryAfter ?? 30) : 0
    const until = Date.now() + seconds * 1000
    setLeft(seconds)
    if (seconds === 0) return
    const timer = setInterval(() => {
      const rest = Math.max(0, Math.ceil((until - Date.now()) / 1000))
      setLeft(rest)
      if (rest === 0) clearInterval(timer)
    }, 250)
    return () => clearInterval(timer)
  }, [error])
  return left
}

/** Words for a failed attempt to come in. */
export function entryError(error: unknown): string | undefined {
  if (!error) return undefined
  if (error instanceof ApiError && error.status === 429) return 'Too many attempts from here.'
  return error instanceof Error ? error.message : String(error)
}

const OAUTH_ERRORS: Partial<Record<string, string>> = {
  access_denied: 'The sign-in was refused there.',
  signup_closed:
    'Nobody has an account with this e-mail here, and signing up is closed. Ask the owner of this instance.',
  signup_disabled:
    'Nobody has an account with this e-mail here, and signing up is closed. Ask the owner of this instance.',
  email_not_verified: 'The provider has not verified your e-mail address, so it cannot be trusted here.',
  account_not_linked:
    'This e-mail already signs in with a password. Use the password; providers are linked from the profile.',
  state_mismatch: 'The sign-in took too long or was started in another window. Try it again.',
}

/** Words for the code that a provider's callback came back with. */
export const oauthError = (code: string): string =>
  OAUTH_ERRORS[code] ?? `The provider’s sign-in failed (${code}). Try it again, or use your e-mail.`

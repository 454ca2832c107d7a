import type { Config } from '../../config.ts'

export const SESSION_COOKIE = 'orrery_session'

/** The value of one cookie, of a request or of a socket's upgrade. Ours are base64url: nothing to unescape. */
export function readCookie(header: string | string[] | undefined, name: string): string | null {
  const text = Array.isArray(header) ? header.join('; ') : (header ?? '')
  for (const pair of text.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return null
}

/** A cookie that scripts cannot read, sent to this site only; over https only where the public address is https. */
export function cookieText(
  config: Pick<Config, 'publicUrl'>,
  name: string,
  value: string,
  options: { maxAgeSeconds: number; path?: string },
): string {
  const secure = config.publicUrl.startsWith('https:') ? '; Secure' : ''
  return `${name}=${value}; Max-Age=${options.maxAgeSeconds}; Path=${options.path ?? '/'}; HttpOnly; SameSite=Lax${secure}`
}

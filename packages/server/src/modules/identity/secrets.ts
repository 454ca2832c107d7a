import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** How a secret of high entropy is stored and looked up; passwords are hashed otherwise. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** 256 random bits, fit for a URL or a cookie. */
export const randomToken = (): string => randomBytes(32).toString('base64url')

/** Random letters and digits, each equally likely. */
export function randomBase62(length: number): string {
  let text = ''
  while (text.length < length)
    for (const byte of randomBytes(length * 2)) {
      // 248 is the last multiple of 62 below 256: bytes above it would favour the first letters.
      if (byte < 248 && text.length < length) text += BASE62[byte % 62]
    }
  return text
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

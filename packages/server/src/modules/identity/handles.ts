import { HandleInvalid } from './identity.errors.ts'

const HANDLE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export function requireHandle(handle: string): string {
  if (!HANDLE.test(handle)) throw new HandleInvalid(handle)
  return handle
}

/** A handle made of any text: lower-case letters, digits and dashes; `fallback` when nothing is left. */
export function deriveHandle(text: string, fallback: string): string {
  const handle = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 56)
    .replace(/-+$/, '')
  return handle || fallback
}

/** The handle itself, or the first of `handle-2`, `handle-3`, … that is free. */
export async function freeHandle(
  handle: string,
  taken: (candidate: string) => Promise<boolean>,
): Promise<string> {
  let candidate = handle
  for (let number = 2; await taken(candidate); number++) candidate = `${handle}-${number}`
  return candidate
}

/** The handle that the server derives from a name, shown while the name is typed; the server's answer decides. */
export function deriveHandle(name: string, taken: ReadonlySet<string> = new Set()): string {
  const handle = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 56)
    .replace(/-+$/, '')
  if (!handle) return ''
  let candidate = handle
  for (let number = 2; taken.has(candidate); number++) candidate = `${handle}-${number}`
  return candidate
}

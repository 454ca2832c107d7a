// What differs between the parameters of two runs.
export interface Difference {
  path: string
  /** JSON texts; undefined where there was no such parameter. */
  before: string | undefined
  after: string | undefined
}

function flatten(value: unknown, path: string, out: Map<string, string>): void {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value)
  const entries = plain ? Object.entries(value) : []
  if (entries.length === 0) {
    if (path) out.set(path, JSON.stringify(value))
    return
  }
  for (const [key, inner] of entries) flatten(inner, path ? `${path}.${key}` : key, out)
}

/** Differences by path, in the order of the newer run; what is gone comes last. Lists are compared whole. */
export function diffParameters(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Difference[] {
  const [old, now] = [new Map<string, string>(), new Map<string, string>()]
  flatten(before, '', old)
  flatten(after, '', now)
  const out: Difference[] = []
  for (const [path, text] of now)
    if (old.get(path) !== text) out.push({ path, before: old.get(path), after: text })
  for (const [path, text] of old) if (!now.has(path)) out.push({ path, before: text, after: undefined })
  return out
}

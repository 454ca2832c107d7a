// How the values of a filter are kept in the address: `|` is "or", `&` is "and", `=` in front is "exactly".

export interface Term {
  value: string
  /** Exactly this, not a part of it. */
  exact: boolean
}
/** All groups must hold; a group holds when one of its terms does. */
export type Groups = readonly (readonly Term[])[]

const escaped = (value: string): string => value.replace(/[\\|&]/g, '\\$&').replace(/^=/, '\\=')
const written = ({ value, exact }: Term): string => (exact ? '=' : '') + escaped(value)

/** The groups as they stand in an address; undefined for none. */
export function writeGroups(groups: Groups): string | undefined {
  const texts = groups.map((terms) => [...new Set(terms.map(written))].join('|')).filter(Boolean)
  return texts.length ? [...new Set(texts)].join('&') : undefined
}

export function readGroups(stored: string | undefined): Term[][] {
  if (!stored) return []
  const groups: Term[][] = [[]]
  let value = ''
  let exact = false
  let begun = false
  const end = (): void => {
    if (value) groups.at(-1)?.push({ value, exact })
    value = ''
    exact = false
    begun = false
  }
  for (let at = 0; at < stored.length; at++) {
    const sign = stored[at] ?? ''
    if (sign === '\\' && at + 1 < stored.length) value += stored[++at]
    else if (sign === '|') end()
    else if (sign === '&') {
      end()
      groups.push([])
    } else if (sign === '=' && !begun) exact = true
    else value += sign
    if (sign !== '|' && sign !== '&') begun = true
  }
  end()
  return groups.filter((terms) => terms.length > 0)
}

/** Every value of every group. */
export const valuesOf = (stored: string | undefined): string[] =>
  readGroups(stored).flatMap((terms) => terms.map((term) => term.value))

/** Values of which any will do. */
export const joinValues = (values: readonly string[]): string | undefined =>
  writeGroups([values.map((value) => ({ value, exact: false }))])

const UNITS: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 }

/** Seconds of `90s`, `30m`, `1h30m`, `2d`, `1.5h`; a bare number is seconds. Null when it is none of these. */
export function readDuration(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  if (!/^(\d+(\.\d+)?(min|[smhdw]))+$/i.test(text)) return null
  let seconds = 0
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(min|[smhdw])/gi))
    seconds += Number(amount) * (UNITS[unit?.toLowerCase() ?? ''] ?? 0)
  return seconds
}

/** The bounds of `>10m`, `<1h` and `10m..1h`, in seconds; a bare duration is the least. */
export function readSpan(text: string): { longer?: number; shorter?: number } | null {
  const [, from, to] = /^(.+)\.\.(.+)$/.exec(text) ?? []
  if (from && to) {
    const [longer, shorter] = [readDuration(from), readDuration(to)]
    return longer === null || shorter === null || longer > shorter ? null : { longer, shorter }
  }
  const [, sign, rest] = /^(>=?|<=?)?(.+)$/.exec(text) ?? []
  const seconds = rest ? readDuration(rest) : null
  if (seconds === null) return null
  return sign?.startsWith('<') ? { shorter: seconds } : { longer: seconds }
}

/** Milliseconds of `2026-11-24`, `2026-11-24T09:30` or a complete instant; without a zone it is the reader's. */
export function readInstant(text: string, zone: 'local' | 'utc'): number | null {
  const [, day, time, own] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text) ?? []
  if (!day) return null
  const ms = Date.parse(`${day}T${time ?? '00:00'}${own ?? (zone === 'utc' ? 'Z' : '')}`)
  return Number.isNaN(ms) ? null : ms
}

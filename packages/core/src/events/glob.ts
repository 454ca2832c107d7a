/** Python's `fnmatch` patterns, which event filters and triggers are written in: `*`, `?`, `[abc]`, `[!abc]`. */
export type GlobPart =
  | { kind: 'any' }
  | { kind: 'one' }
  | { kind: 'text'; text: string }
  | { kind: 'set'; negated: boolean; members: string }

/** A bracket that is never closed is an ordinary character. */
export function parseGlob(pattern: string): GlobPart[] {
  const parts: GlobPart[] = []
  let text = ''
  const endText = () => {
    if (text) parts.push({ kind: 'text', text })
    text = ''
  }
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index]!
    const set = char === '[' ? readSet(pattern, index) : null
    if (set) {
      endText()
      parts.push({ kind: 'set', negated: set.negated, members: set.members })
      index = set.end
    } else if (char === '*' || char === '?') {
      endText()
      parts.push({ kind: char === '*' ? 'any' : 'one' })
    } else text += char
  }
  endText()
  return parts
}

function readSet(pattern: string, start: number): { negated: boolean; members: string; end: number } | null {
  const negated = pattern[start + 1] === '!'
  const first = start + (negated ? 2 : 1)
  // A closing bracket right at the beginning is a member.
  const end = pattern.indexOf(']', first + 1)
  return end < 0 ? null : { negated, members: pattern.slice(first, end), end }
}

/** The glob as a regular expression, in which `.` must match newlines too (PostgreSQL's default, JavaScript's `s`). */
export function globToRegex(pattern: string): string {
  const body = parseGlob(pattern).map((part) => {
    if (part.kind === 'any') return '.*'
    if (part.kind === 'one') return '.'
    if (part.kind === 'text') return part.text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    return `[${part.negated ? '^' : ''}${part.members.replace(/[\\\]^[]/g, '\\$&')}]`
  })
  return `^${body.join('')}$`
}

/** The glob for SQLite's GLOB, which negates sets by `^` and has no other way to quote a bracket. */
export function globToSqlite(pattern: string): string {
  return parseGlob(pattern)
    .map((part) => {
      if (part.kind === 'any') return '*'
      if (part.kind === 'one') return '?'
      if (part.kind === 'text') return part.text.replaceAll('[', '[[]')
      return `[${part.negated ? '^' : ''}${part.members}]`
    })
    .join('')
}

const compiled = new Map<string, (value: string) => boolean>()

/** Whether the value matches; a leading `!` negates, and a missing value never matches, not even negated. */
export function matchesGlob(pattern: string, value: string | undefined): boolean {
  if (value === undefined) return false
  let test = compiled.get(pattern)
  if (!test) {
    test = compileGlob(pattern)
    if (compiled.size > 5000) compiled.clear()
    compiled.set(pattern, test)
  }
  return test(value)
}

function compileGlob(pattern: string): (value: string) => boolean {
  const negated = pattern.startsWith('!')
  const glob = negated ? pattern.slice(1) : pattern
  const test = /[*?[]/.test(glob) ? regexTest(glob) : (value: string) => value === glob
  return negated ? (value) => !test(value) : test
}

function regexTest(glob: string): (value: string) => boolean {
  const regex = new RegExp(globToRegex(glob), 's')
  return (value) => regex.test(value)
}

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

// The catalogue in docs/errors.md and the codes in the source are the same list.
const sources = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: ['**/*.test.ts'] })
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n')
const documented = [
  ...readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8').matchAll(
    /^\| `([a-z_]+)` \|/gm,
  ),
].map((match) => match[1])

const TEXT = String.raw`(?:\x60[^\x60]*\x60|'[^']*'|"[^"]*"|[\w.]+)`
const KIND =
  "'(?:invalid|bad_request|unauthenticated|forbidden|not_found|conflict|gone|locked|throttled|unavailable)'"
const thrown = [
  // new Invalid('…', 'code') and super(`…`, 'code') of a subclass of those
  new RegExp(
    String.raw`(?:new (?:NotFound|Invalid|Conflict|Forbidden|Unauthenticated)|super)\(\s*${TEXT},\s*'([a-z_]+)'`,
    'g',
  ),
  // new DomainError('kind', 'code', …) and super('kind', 'code', …)
  new RegExp(String.raw`(?:new DomainError|super)\(\s*${KIND},\s*'([a-z_]+)'`, 'g'),
  // sent by hand
  /detail:[^}]*?code: '([a-z_]+)'/g,
].flatMap((pattern) => [...sources.matchAll(pattern)].map((match) => match[1]))

it('every code that the server can answer has a row in docs/errors.md', () => {
  expect(thrown.length).toBeGreaterThan(40)
  expect([...new Set(thrown)].filter((code) => !documented.includes(code)).sort()).toEqual([])
})

it('every row of docs/errors.md is a code of the source, once', () => {
  expect(documented.filter((code) => !sources.includes(`'${code}'`))).toEqual([])
  expect(documented.length).toBe(new Set(documented).size)
})

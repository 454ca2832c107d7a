import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const SOURCES = import.meta.dirname
const CATALOGUE = join(SOURCES, '../../../docs/errors.md')

/** The codes that the sources throw: the second argument of a subclass, or the last of a constructor's call. */
function codesInSources(): Set<string> {
  const codes = new Set<string>()
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/test|testing/.test(file),
  )
  for (const file of files) {
    const text = readFileSync(join(SOURCES, file), 'utf8')
    for (const match of text.matchAll(/super\(\s*'\w+',\s*'([a-z_]+)'/g)) codes.add(match[1] ?? '')
    for (const match of text.matchAll(/[`'"],\s*'([a-z]+(?:_[a-z]+)+)',?\s*\)/g)) codes.add(match[1] ?? '')
  }
  return codes
}

describe('the catalogue of errors', () => {
  const text = readFileSync(CATALOGUE, 'utf8')
  const listed = [...text.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \|/gm)].map((match) => match[1])

  it('lists every code that the server answers', () => {
    const codes = codesInSources()
    expect(codes.size).toBeGreaterThan(30)
    expect([...codes].filter((code) => !listed.includes(code)).sort()).toEqual([])
  })

  it('lists each code once', () => {
    expect(listed.length).toBe(new Set(listed).size)
  })
})

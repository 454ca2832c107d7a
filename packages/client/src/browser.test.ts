import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Every module that a file imports at run time, through all files of this package. */
function imported(file: URL, seen = new Set<string>()): string[] {
  if (seen.has(file.href)) return []
  seen.add(file.href)
  const source = readFileSync(file, 'utf8')
  const names = [...source.matchAll(/(?:from|import\()\s*'([^']+)'/g)].filter((match) => {
    const statement = source.slice(
      source.lastIndexOf('\n', source.lastIndexOf('import', match.index)) + 1,
      match.index,
    )
    return !/^(?:import|export) type\b/.test(statement)
  })
  return names.flatMap(([, name = '']) =>
    name.startsWith('.') ? imported(new URL(name, file), seen) : [name],
  )
}

test('what a browser imports needs nothing but fetch and WebSocket', () => {
  expect(imported(new URL('./browser.ts', import.meta.url))).toEqual([])
  // The same look at the other entry finds what it should.
  expect(imported(new URL('./index.ts', import.meta.url))).toContain('node:fs')
})

import { describe, expect, it } from 'vitest'
import type { LiveEvent } from '../../lib/live.ts'
import { type DiffLine, diffLines, folded, linesOf } from './diff.ts'
import { inHeldOrder } from './held-order.ts'
import { changeOf, changesLists, patched, pollOf } from './live.ts'
import { plainText, summaryOf } from './preview.tsx'
import { safeHref, safeImage } from './safe-url.ts'
import { parseArtifactSearch, parseArtifactsSearch } from './search.ts'
import { filterRows, isNumeric, parseTable, sortRows, toCsv } from './table-data.ts'
import { kindOf, linkOf, lookOf, percentOf, rawText } from './types.ts'

describe('addresses', () => {
  it('a link leads to the web, to mail or to a page of ours, and nowhere else', () => {
    expect(safeHref('https://a.example/x?y#z')).toBe('https://a.example/x?y#z')
    expect(safeHref('http://a.example')).toBe('http://a.example/')
    expect(safeHref('mailto:a@b.example')).toBe('mailto:a@b.example')
    expect(safeHref('/runs?state=failed')).toBe('/runs?state=failed')
    expect(safeHref('//a.example/x')).toBe('https://a.example/x')
    expect(safeHref('#part')).toBe('#part')
    for (const bad of [
      'javascript:alert(1)',
      ' JaVaScRiPt:alert(1)',
      'java\nscript:alert(1)',
      '\u0001javascript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'blob:https://a.example/1',
      'file:///etc/passwd',
      'relative/path',
      '',
      'http://',
    ])
      expect([bad, safeHref(bad)]).toEqual([bad, null])
  })

  it('an image comes from https or is in its address', () => {
    expect(safeImage('https://a.example/x.png')).toBe('https://a.example/x.png')
    expect(safeImage('data:image/png;base64,AAAA')).toBe('data:image/png;base64,AAAA')
    expect(safeImage('data:image/svg+xml,<svg/>')).toBe('data:image/svg+xml,<svg/>')
    for (const bad of ['http://a.example/x.png', 'data:text/html,x', 'javascript:1', '/x.png', 'blob:x', ''])
      expect([bad, safeImage(bad)]).toEqual([bad, null])
  })
})

describe('types', () => {
  it('Markdown that is nothing but a link is a link', () => {
    expect(linkOf({ type: 'markdown', data: '[docs](https://a.example)' })).toEqual({
      text: 'docs',
      href: 'https://a.example',
    })
    expect(kindOf({ type: 'markdown', data: '[docs](https://a.example) and more' })).toBe('markdown')
    expect(linkOf({ type: 'link', data: 'https://a.example' })).toEqual({
      text: 'https://a.example',
      href: 'https://a.example',
    })
  })

  it('what has a type of its own, or none, is shown raw', () => {
    expect([kindOf({ type: null, data: {} }), lookOf({ type: null, data: {} }).word]).toEqual([
      null,
      'Result',
    ])
    expect(lookOf({ type: 'plotly', data: {} }).word).toBe('plotly')
    expect(rawText({ a: 1 })).toBe('{\n  "a": 1\n}')
    expect(rawText('[{"a":1}]')).toBe('[\n  {\n    "a": 1\n  }\n]')
    expect(rawText('[not json')).toBe('[not json')
  })

  it('progress is a number within 0 and 100', () => {
    expect([percentOf(64.5), percentOf('12'), percentOf(-3), percentOf(140)]).toEqual([64.5, 12, 0, 100])
    expect([percentOf('x'), percentOf(''), percentOf(null), percentOf(Number.NaN)]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})

describe('tables', () => {
  it('come as rows, as lists or as columns', () => {
    const rows = {
      columns: ['a', 'b'],
      rows: [
        [1, 'x'],
        [2, null],
      ],
    }
    expect(parseTable('[{"a":1,"b":"x"},{"a":2}]')).toEqual(rows)
    expect(parseTable({ a: [1, 2], b: ['x'] })).toEqual(rows)
    expect(parseTable([[1, 'x'], [2]])).toEqual({ ...rows, columns: ['Column 1', 'Column 2'] })
    expect(parseTable('[]')).toEqual({ columns: [], rows: [] })
    for (const none of ['not json', '7', '[1,2]', '[{"a":1},[2]]', { a: 1 }, null])
      expect([none, parseTable(none)]).toEqual([none, null])
  })

  it('a key of a row cannot reach into its prototype', () => {
    expect(parseTable('[{"__proto__":"x","constructor":1},{"a":2}]')?.rows).toEqual([
      ['x', 1, null],
      [null, null, 2],
    ])
  })

  it('numbers are sorted by size before texts by alphabet, what is missing stays last', () => {
    const rows = [['b'], [10], [null], ['a10'], [9], ['a9']]
    expect(sortRows(rows, 0, false).flat()).toEqual([9, 10, 'a9', 'a10', 'b', null])
    expect(sortRows(rows, 0, true).flat()).toEqual(['b', 'a10', 'a9', 10, 9, null])
  })

  it('rows are narrowed by what any cell holds', () => {
    expect(
      filterRows(
        [
          ['Alpha', 1],
          ['beta', { x: 'ALP' }],
          ['c', null],
        ],
        ' alp ',
      ),
    ).toEqual([
      ['Alpha', 1],
      ['beta', { x: 'ALP' }],
    ])
  })

  it('a column of numbers lines up at its end', () => {
    const table = {
      columns: ['a', 'b', 'c'],
      rows: [
        [1, 1, null],
        [null, 'x', null],
      ],
    }
    expect([0, 1, 2].map((column) => isNumeric(table, column))).toEqual([true, false, false])
  })

  it('CSV quotes what it must, and a text is no formula', () => {
    const csv = toCsv({
      columns: ['a,b', 'c'],
      rows: [
        ['say "hi"', -5],
        ['=HYPERLINK("x")', '-5'],
        ['@cmd', null],
        ['two\nlines', { k: [1] }],
      ],
    })
    expect(csv).toBe(
      '"a,b",c\r\n"say ""hi""",-5\r\n"\'=HYPERLINK(""x"")",-5\r\n\'@cmd,\r\n"two\nlines","{""k"":[1]}"',
    )
  })
})

describe('differences', () => {
  const text = (lines: readonly DiffLine[]) =>
    lines.map((line) => `${{ same: ' ', added: '+', removed: '-' }[line.kind]}${line.text}`)

  it('are the fewest lines that turn one into the other', () => {
    expect(text(diffLines(['a', 'b', 'c', 'a', 'b', 'b', 'a'], ['c', 'b', 'a', 'b', 'a', 'c']))).toEqual([
      '-a',
      '-b',
      ' c',
      '+b',
      ' a',
      ' b',
      '-b',
      ' a',
      '+c',
    ])
    expect(text(diffLines(['a', 'x', 'b'], ['a', 'y', 'b']))).toEqual([' a', '-x', '+y', ' b'])
    expect(text(diffLines([], ['a']))).toEqual(['+a'])
    expect(text(diffLines(['a'], ['a']))).toEqual([' a'])
  })

  it('any two texts are turned into each other', () => {
    let seed = 7
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
    for (let round = 0; round < 300; round++) {
      const [before, after] = [random(12), random(12)].map((n) =>
        Array.from({ length: n }, () => 'abc'[random(3)] ?? ''),
      ) as [string[], string[]]
      const lines = diffLines(before, after)
      const kept = (not: string) => lines.filter((line) => line.kind !== not).map((line) => line.text)
      expect([kept('added'), kept('removed')]).toEqual([before, after])
    }
  })

  it('texts of nothing in common are shown whole, and soon', () => {
    const numbers = (from: number) => Array.from({ length: 5_000 }, (_, n) => String(from + n))
    expect(diffLines(numbers(0), numbers(5_000))).toHaveLength(10_000)
  })

  it('of a table are its rows', () => {
    expect(linesOf({ type: 'table', data: '[{"a":1,"b":"x"}]' })).toEqual(['a: 1  ·  b: "x"'])
    expect(linesOf({ type: 'markdown', data: 'a\nb' })).toEqual(['a', 'b'])
    expect(linesOf({ type: 'markdown', data: null })).toEqual(['null'])
  })

  it('lines far from any change become one', () => {
    const lines = diffLines([...'abcdefgh'], [...'abcdXefgh'])
    expect(folded(lines, 1)).toEqual([
      { kind: 'fold', count: 3 },
      { kind: 'same', text: 'd' },
      { kind: 'added', text: 'X' },
      { kind: 'same', text: 'e' },
      { kind: 'fold', count: 3 },
    ])
  })
})

describe('live', () => {
  const event = (name: string, values: Partial<LiveEvent> = {}): LiveEvent => ({
    id: '1',
    event: name,
    occurred: '2026-11-24T10:00:00.000000Z',
    resource: { 'prefect.resource.id': 'prefect.artifact.a1' },
    related: [],
    payload: {},
    ...values,
  })

  it('an update says what changed, and only what an update can change', () => {
    const change = changeOf(event('prefect.artifact.updated', { payload: { data: 5, key: 'x', id: 'y' } }))
    expect(change).toEqual({ id: 'a1', values: { data: 5 }, occurred: '2026-11-24T10:00:00.000000Z' })
    expect(changeOf(event('prefect.artifact.created'))).toBe(null)
    expect(
      ['prefect.artifact.created', 'prefect.artifact-collection.deleted', 'prefect.flow-run.Running'].map(
        (name) => changesLists(event(name)),
      ),
    ).toEqual([true, true, false])
  })

  it('patches the artifact wherever it stands, unless a later answer is there', () => {
    const change = { id: 'a1', values: { data: 5 }, occurred: '2026-11-24T10:00:00Z' }
    const old = { id: 'a1', data: 1, updated: '2026-11-24T09:00:00Z' }
    const now = { id: 'a1', data: 5, updated: '2026-11-24T10:00:00Z' }
    const other = { ...old, id: 'a2' }
    expect(patched(old, change)).toEqual(now)
    expect(patched([other, old], change)).toEqual([other, now])
    expect(patched({ results: [old], count: 1 }, change)).toEqual({ results: [now], count: 1 })
    const latest = { ...old, id: 'c1', latest_id: 'a1' }
    expect(patched(latest, change)).toEqual({ ...latest, data: 5, updated: now.updated })
    for (const same of [
      { ...old, updated: '2026-11-24T11:00:00Z' },
      [other],
      7,
      undefined,
      { results: [other] },
    ])
      expect(patched(same, change)).toBe(same)
  })
})

it('rows under the pointer stay in their places, are kept up to date, and new ones wait', () => {
  const row = (id: string, data: number) => ({ id, data })
  expect(
    inHeldOrder([row('a', 1), row('b', 1), row('gone', 1)], [row('new', 2), row('b', 2), row('a', 1)]),
  ).toEqual({
    shown: [row('a', 1), row('b', 2), row('gone', 1)],
    waiting: 1,
  })
})

it('progress under way is asked for; what stands still, is done or is something else is not', () => {
  const now = Date.parse('2026-11-24T10:00:00Z')
  const made = (data: unknown, updated = '2026-11-24T09:59:00Z', type = 'progress') =>
    pollOf({ type, data, updated }, false, now)
  expect([
    made(40),
    made(100),
    made('x'),
    made(40, '2026-11-24T09:00:00Z'),
    made(40, undefined, 'table'),
  ]).toEqual([5_000, false, false, false, false])
  expect(pollOf(undefined, 30_000, now)).toBe(30_000)
})

describe('in a line', () => {
  it('Markdown is read without its marks', () => {
    expect(
      plainText('# Title\n\n- [x] **done**, see [docs](https://a.example)\n\n| a | b |\n|--|--|\n| 1 | 2 |'),
    ).toBe('Title\ndone, see docs\na  b\n1  2')
    expect(summaryOf({ key: 'k', type: 'table', data: '[{"a":1}]' })).toBe('1 row, 1 column')
    expect(summaryOf({ key: 'k', type: 'progress', data: 7 })).toBe('7 %')
    expect(summaryOf({ key: 'k', type: null, data: { a: 1 } })).toBe('{ "a": 1 }')
  })
})

it('an address says only what its page knows', () => {
  expect(
    parseArtifactsSearch({ key: 12, type: 'table', view: 'list', sort: 'KEY_ASC', page: '3', x: 1 }),
  ).toEqual({
    key: '12',
    type: 'table',
    view: 'list',
    sort: 'KEY_ASC',
    page: 3,
  })
  expect(parseArtifactsSearch({ view: 'grid', sort: 'UPDATED_DESC', page: 1 })).toEqual({})
  expect(parseArtifactSearch({ raw: true, version: 'a', against: 'b', page: 0 })).toEqual({
    raw: true,
    version: 'a',
    against: 'b',
  })
})

import { describe, expect, it } from 'vitest'
import { globToRegex, globToSqlite, matchesGlob } from './glob.ts'
import { compileEventFilter, type MatchableEvent, matchesSpecification } from './match-event.ts'
import { matchesText, parseTextQuery } from './text-query.ts'

describe('matchesGlob', () => {
  it.each([
    ['prefect.flow-run.*', 'prefect.flow-run.1', true],
    ['prefect.flow-run.*', 'prefect.flow.1', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[ab]c', 'bc', true],
    ['[!ab]c', 'bc', false],
    ['[!ab]c', 'xc', true],
    ['[]]', ']', true],
    ['a[b', 'a[b', true],
    ['a.c', 'abc', false],
    ['line*', 'line\nbreak', true],
    ['(x|y)+$', '(x|y)+$', true],
    ['ABC', 'abc', false],
    ['', '', true],
    ['!abc', 'abc', false],
    ['!abc', 'abd', true],
    ['!a*', 'b', true],
  ])('%s on %s is %s', (pattern, value, expected) => {
    expect(matchesGlob(pattern, value)).toBe(expected)
  })

  it('never matches a missing value, not even negated', () => {
    expect(matchesGlob('*', undefined)).toBe(false)
    expect(matchesGlob('!x', undefined)).toBe(false)
  })

  it('is written for the databases without changing its meaning', () => {
    expect(globToSqlite('a[!b]c[d*?')).toBe('a[^b]c[[]d*?')
    expect(globToRegex('a.b[!c-e]*')).toBe('^a\\.b[^c-e].*$')
  })
})

describe('matchesSpecification', () => {
  const resource = { 'prefect.resource.id': 'prefect.flow-run.1', env: 'prod' }
  it.each([
    [{}, true],
    [{ env: 'prod' }, true],
    [{ env: ['dev', 'prod'] }, true],
    [{ env: [] }, false],
    [{ env: ['!prod', 'p*'] }, true],
    [{ env: '!prod' }, false],
    [{ absent: '!x' }, false],
    [{ env: 'prod', 'prefect.resource.id': 'prefect.flow.*' }, false],
  ])('%j is %s', (specification, expected) => {
    expect(matchesSpecification(specification, resource)).toBe(expected)
  })
})

describe('parseTextQuery', () => {
  it.each([
    ['', [], [], []],
    ['error timeout', ['error', 'timeout'], [], []],
    ['error -debug !trace +db', ['error'], ['debug', 'trace'], ['db']],
    ['"time out" -"not this" +"and that"', ['time out'], ['not this'], ['and that']],
    ['say \\"hi', ['say', '\\', 'hi'], [], []],
    ['"with \\"quotes\\" and \\\\"', ['with "quotes" and \\'], [], []],
    ['"never closed', ['never closed'], [], []],
    ['- + alone', ['alone'], [], []],
    ['a"b c"d', ['a', 'b c', 'd'], [], []],
    ['100% a_b', ['100%', 'a_b'], [], []],
  ])('%s', (query, include, exclude, require) => {
    expect(parseTextQuery(query)).toEqual({ include, exclude, require })
  })

  it('joins words by "or", whatever their case', () => {
    expect(matchesText(parseTextQuery('FAILED lost'), 'it failed')).toBe(true)
    expect(matchesText(parseTextQuery('failed -it'), 'it failed')).toBe(false)
    expect(matchesText(parseTextQuery('+it +gone'), 'it failed')).toBe(false)
  })
})

describe('compileEventFilter', () => {
  const event: MatchableEvent = {
    id: '00000000-0000-7000-8000-00000000000a',
    occurred: 1_767_225_600_000_000,
    event: 'prefect.flow-run.Completed',
    resource: { 'prefect.resource.id': 'prefect.flow-run.1', 'prefect.resource.name': 'quiet-fox' },
    related: [
      { 'prefect.resource.id': 'prefect.flow.2', 'prefect.resource.role': 'flow' },
      { 'prefect.resource.id': 'prefect.tag.x', 'prefect.resource.role': 'tag' },
    ],
    text: 'prefect.flow-run.Completed {"prefect.resource.name":"quiet-fox"}',
  }
  it.each([
    [{}, true],
    [{ occurred: { since: '2026-01-01T00:00:00Z', until: '2026-01-01T00:00:00Z' } }, true],
    [{ occurred: { since: '2026-01-01T00:00:00.000001Z' } }, false],
    [{ event: { prefix: ['prefect.flow.', 'prefect.flow-run.'] } }, true],
    [{ event: { exclude_prefix: ['prefect.flow-run.'] } }, false],
    [{ event: { name: ['prefect.flow-run.Completed'], exclude_name: ['x'] } }, true],
    [{ event: { prefix: [] } }, true],
    [{ id: { id: [] } }, true],
    [{ id: { id: ['00000000-0000-7000-8000-00000000000A'] } }, true],
    [{ id: { id: ['00000000-0000-7000-8000-00000000000b'] } }, false],
    [{ resource: { id: ['prefect.flow.2'] } }, false],
    [{ resource: { id_prefix: ['prefect.flow-run.'] } }, true],
    [{ resource: { labels: { 'prefect.resource.name': 'quiet-*' } } }, true],
    [{ related: { id: ['prefect.flow.2'], role: ['flow'] } }, true],
    [{ related: { id: ['prefect.flow.2'], role: ['tag'] } }, false],
    [{ related: { resources_in_roles: [['prefect.tag.x', 'tag'] as [string, string]] } }, true],
    [{ related: [{ id: ['prefect.flow.2'] }, { id: ['prefect.tag.x'] }] }, true],
    [{ related: [{ id: ['prefect.flow.2'] }, { id: ['prefect.tag.y'] }] }, false],
    [{ related: { id: ['prefect.flow-run.1'] } }, false],
    [{ any_resource: { id: ['prefect.flow-run.1'] } }, true],
    [
      { any_resource: [{ id_prefix: ['prefect.flow.'] }, { labels: { 'prefect.resource.role': 'tag' } }] },
      true,
    ],
    [{ text: { query: 'QUIET -loud' } }, true],
    [{ text: { query: 'loud' } }, false],
  ])('%j is %s', (filter, expected) => {
    expect(compileEventFilter(filter)(event)).toBe(expected)
  })
})

import { describe, expect, it } from 'vitest'
import { freeName, fromFilters, patchTo, readStoredViews, sameView, toFilters, viewOf } from './views.ts'

const view = { state: 'failed|crashed', tag: 'finance', chart: 'columns', range: '7d' } as const

describe('saved views', () => {
  it('are conditions of a saved search, and come back from them', () => {
    const filters = toFilters(view)
    expect(filters).toEqual([
      { object: 'flow_run', property: 'state', type: 'string', operation: 'equals', value: 'failed|crashed' },
      { object: 'flow_run', property: 'tag', type: 'string', operation: 'equals', value: 'finance' },
      { object: 'view', property: 'chart', type: 'string', operation: 'equals', value: 'columns' },
      { object: 'view', property: 'range', type: 'string', operation: 'equals', value: '7d' },
    ])
    expect(fromFilters(filters)).toEqual(view)
    const foreign = { object: 'flow', property: 'name', type: 'string', operation: 'startsWith', value: 'x' }
    expect(fromFilters([...filters, foreign])).toEqual(view)
  })

  it('do not keep what is open at the side', () => {
    expect(viewOf({ state: 'late', peek: 'x', junk: 1, range: '24h' })).toEqual({ state: 'late' })
  })

  it('take away from the address what they do not say', () => {
    expect(patchTo({ state: 'late' })).toMatchObject({
      state: 'late',
      flow: undefined,
      range: undefined,
      peek: undefined,
    })
    expect(sameView({ state: 'late' }, { state: 'late' })).toBe(true)
    expect(sameView({ state: 'late' }, { state: 'late', sort: 'NAME_ASC' })).toBe(false)
  })

  it('that a browser kept are read as far as they make sense, and overwrite none of the server’s', () => {
    expect(readStoredViews(null)).toEqual([])
    expect(readStoredViews('{"a":1}')).toEqual([])
    expect(readStoredViews('not json')).toEqual([])
    expect(
      readStoredViews('[{"name":" Bad ","search":{"state":"failed","junk":1}},{"name":7},null]'),
    ).toEqual([{ name: 'Bad', search: { state: 'failed' } }])
    expect(freeName('Bad', new Set())).toBe('Bad')
    expect(freeName('Bad', new Set(['Bad', 'Bad (2)']))).toBe('Bad (3)')
  })
})

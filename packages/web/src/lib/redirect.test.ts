import { describe, expect, it } from 'vitest'
import { safeRedirect } from './redirect.ts'

const ORIGIN = 'https://orrery.example'

describe('the place to go to after signing in', () => {
  it.each([
    '/workspaces',
    '/account/a/workspace/w/runs?range=7d#x',
    '/auth/client?callback=http%3A%2F%2Flocalhost%3A5000',
  ])('may be the path %s of this origin', (path) => {
    expect(safeRedirect(path, ORIGIN)).toBe(path)
  })
  it.each([
    undefined,
    '',
    'https://evil.example/',
    '//evil.example/x',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    'workspaces',
  ])('is home instead of %s', (path) => {
    expect(safeRedirect(path, ORIGIN)).toBe('/')
  })
})

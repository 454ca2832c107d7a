import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../packages/web/src/styles/tokens.css'), 'utf8')
const [standard = '', steps = ''] = css.split(':root[data-vision="steps"]')

/** The light and the dark value of a token. */
function pair(text: string, name: string): [string, string] | undefined {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(text)
  return found?.[1] && found[2] ? [found[1], found[2]] : undefined
}
const token = (name: string, large: boolean): [string, string] => {
  const value = (large ? pair(steps, name) : undefined) ?? pair(standard, name)
  if (!value) throw new Error(`no token ${name}`)
  return value
}

/** Relative luminance, as WCAG defines it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const STATES = [
  'completed',
  'running',
  'failed',
  'crashed',
  'scheduled',
  'late',
  'pending',
  'paused',
  'cancelling',
  'cancelled',
]

describe('the colours of states', () => {
  it.each(STATES)('%s is read on its tint and on every surface, in both sets and themes', (state) => {
    for (const large of [false, true]) {
      for (const theme of [0, 1] as const) {
        const colour = token(`st-${state}`, large)[theme]
        for (const ground of [`st-${state}-tint`, 'canvas', 'surface', 'raised']) {
          const ratio = contrast(colour, token(ground, false)[theme])
          expect(ratio, `${colour} on ${ground}`).toBeGreaterThanOrEqual(4.5)
        }
      }
    }
  })

  // What simulated colour blindness leaves too close by hue.
  it.each([
    ['scheduled', 'late'],
    ['pending', 'paused'],
    ['crashed', 'paused'],
    ['completed', 'failed'],
  ])('%s and %s differ by lightness in the set of larger steps', (a, b) => {
    for (const theme of [0, 1] as const) {
      const apart = (large: boolean) =>
        contrast(token(`st-${a}`, large)[theme], token(`st-${b}`, large)[theme])
      expect(apart(true)).toBeGreaterThan(1.35)
    }
  })
})

import { expect, it } from 'vitest'
import { seeded } from '../testing/random.ts'
import { slugName } from './slug-name.ts'
import { ADJECTIVES, ANIMALS } from './words.ts'

it('there are at least 200 adjectives and 200 animals, plain words, none twice', () => {
  expect(ADJECTIVES.length).toBeGreaterThanOrEqual(200)
  expect(ANIMALS.length).toBeGreaterThanOrEqual(200)
  const words = [...ADJECTIVES, ...ANIMALS]
  expect(new Set(words).size).toBe(words.length)
  expect(words.filter((word) => !/^[a-z]{2,14}$/.test(word))).toEqual([])
})

it('a name is an adjective and an animal, whatever is drawn', () => {
  expect(slugName(() => 0)).toBe(`${ADJECTIVES[0]}-${ANIMALS[0]}`)
  expect(slugName(() => 0.999999999)).toBe(`${ADJECTIVES.at(-1)}-${ANIMALS.at(-1)}`)
})

it('a thousand names are nearly all different', () => {
  const random = seeded(7)
  const names = Array.from({ length: 1000 }, () => slugName(random))
  expect(new Set(names).size).toBeGreaterThan(980)
})

import { ADJECTIVES, ANIMALS } from './words.ts'

/**
 * A name for a run that was given none, such as `nimble-otter`: easy to read, say and find again. Not unique, and need
 * not be: runs are known by their ids.
 *
 * @param random uniform in [0, 1)
 */
export function slugName(random: () => number): string {
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)]!
  return `${pick(ADJECTIVES)}-${pick(ANIMALS)}`
}

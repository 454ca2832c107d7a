/** Numbers that look random and are the same each time, and names of runs made of them. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const FIRST =
  'amber bold brisk calm clever coral dapper eager fuzzy gentle hazel jolly keen lucid mellow nimble'
const MORE = 'opal patient quiet rosy silver steady tidy umber vivid witty young zesty'
const SECOND =
  'badger crane dingo falcon gecko heron ibex jackal kestrel lemur marmot newt otter puffin quail raven'
const ALSO = 'seal tapir urchin vole walrus yak zebra toucan'
const adjectives = `${FIRST} ${MORE}`.split(' ')
const animals = `${SECOND} ${ALSO}`.split(' ')

export const nameBy = (random: () => number): string =>
  `${adjectives[Math.floor(random() * adjectives.length)]}-${animals[Math.floor(random() * animals.length)]}`

/** Longer messages differ, if at all, in what nobody reads. */
const MOST_LENGTH = 300

const TRACEBACK = /^Traceback \(most recent call last\):\s*$/

/**
 * What two messages of the same error have in common: the line that names it, without the ids, numbers and addresses
 * that differ from run to run. Of a bare traceback that is the last line, of everything else the first. What is
 * quoted stays: a missing key or column is the error.
 */
export function errorFingerprint(message: string | null): string {
  const lines = (message ?? '').split('\n').filter((line) => line.trim() !== '')
  const line = (TRACEBACK.test(lines[0] ?? '') ? lines.at(-1) : lines[0]) ?? ''
  return (
    line
      .slice(0, 2 * MOST_LENGTH)
      // UUIDs, with or without their dashes, before their parts are taken for numbers.
      .replace(/\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b/gi, '#')
      // Addresses and hashes: hexadecimal of eight or more with a digit in it, so that words stay words.
      .replace(/\b0x[0-9a-f]+\b/gi, '#')
      .replace(/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '#')
      // Numbers, with their parts: 3.5, 1,024, 10:41:07, 2026-11-24. Also those that end a name, as in shard-17.
      .replace(/\d+(?:[.,:_-]\d+)*/g, '#')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, MOST_LENGTH)
  )
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

// Random bytes are drawn in blocks: one system call for 256 ids.
const pool = new Uint8Array(4096)
let poolOffset = pool.length
let lastMillis = 0
let counter = 0

/** A UUIDv7, increasing within this process (RFC 9562 §6.2, a 12-bit counter after the milliseconds). */
export function newId(): string {
  let millis = Date.now()
  if (millis > lastMillis) {
    lastMillis = millis
    counter = (nextByte() << 2) & 0x3ff
  } else {
    counter++
    if (counter > 0xfff) {
      lastMillis++
      counter = 0
    }
    millis = lastMillis
  }
  const high = Math.floor(millis / 0x1_0000_0000)
  const low = millis >>> 0
  return (
    HEX[(high >>> 8) & 0xff]! +
    HEX[high & 0xff]! +
    HEX[(low >>> 24) & 0xff]! +
    HEX[(low >>> 16) & 0xff]! +
    '-' +
    HEX[(low >>> 8) & 0xff]! +
    HEX[low & 0xff]! +
    '-' +
    HEX[0x70 | (counter >>> 8)]! +
    HEX[counter & 0xff]! +
    '-' +
    HEX[0x80 | (nextByte() & 0x3f)]! +
    HEX[nextByte()]! +
    '-' +
    HEX[nextByte()]! +
    HEX[nextByte()]! +
    HEX[nextByte()]! +
    HEX[nextByte()]! +
    HEX[nextByte()]! +
    HEX[nextByte()]!
  )
}

function nextByte(): number {
  if (poolOffset === pool.length) {
    crypto.getRandomValues(pool)
    poolOffset = 0
  }
  return pool[poolOffset++]!
}

/** Whether the text is a UUID in its 36-character form, any case. */
export function isUuid(text: string): boolean {
  return text.length === 36 && UUID.test(text)
}

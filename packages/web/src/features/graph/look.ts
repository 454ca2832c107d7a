// Where the Radar looks, and how the address writes it.
/** A place to look at: the world point in the middle, and how large a world unit is on the screen. */
export type Look = { x: number; y: number; z: number }

/** A place as the address holds it: whole world units, three digits of zoom. */
export function lookText(look: Look | null): string | null {
  return look && `${Math.round(look.x)},${Math.round(look.y)},${Number(look.z.toPrecision(3))}`
}
export function parseLook(text: string | undefined): Look | null {
  const [x, y, z, ...rest] = (text ?? '').split(',').map(Number)
  if (x === undefined || y === undefined || z === undefined || rest.length) return null
  return Number.isFinite(x) && Number.isFinite(y) && z > 0 && z <= 8 ? { x, y, z } : null
}

// The circle of the Radar.
/** Angles run clockwise from the south, in radians. No node ever stands in the channel. */
export const CHANNEL = (20 * Math.PI) / 180
export const A0 = CHANNEL / 2
export const A1 = 2 * Math.PI - CHANNEL / 2
export const ARC = A1 - A0
export const pointX = (angle: number, radius: number): number => -Math.sin(angle) * radius
export const pointY = (angle: number, radius: number): number => Math.cos(angle) * radius

// Which nodes a preset or a search leaves out.
import { type GraphModel, stateAt } from './model.ts'
import { criticalPath, lineage, UP } from './paths.ts'
import { BAD_STATES } from './states.ts'

export const PRESETS = {
  all: 'Whole run',
  failed: 'Failures and their causes',
  critical: 'Critical path',
} as const
export type Preset = keyof typeof PRESETS

/** 1 for each node that is drawn faintly; null when nothing is left out. */
export function faintMask(
  model: GraphModel,
  preset: Preset,
  found: number[] | null,
  now: number,
): Uint8Array | null {
  let keep: Set<number> | null = null
  if (preset === 'critical') keep = new Set(criticalPath(model, now))
  else if (preset === 'failed') {
    const bad: number[] = []
    for (let i = 0; i < model.size; i++) if (BAD_STATES.has(stateAt(model, i))) bad.push(i)
    const mask = lineage(model, bad)
    keep = new Set(bad)
    for (let i = 0; i < model.size; i++) if (mask[i]! & UP) keep.add(i)
  }
  if (found) keep = new Set(keep ? found.filter((i) => keep?.has(i)) : found)
  if (!keep) return null
  const mask = new Uint8Array(model.size).fill(1)
  for (const i of keep) mask[i] = 0
  return mask
}

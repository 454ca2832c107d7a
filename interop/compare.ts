/** Record by record, field by field: what is not the same in two sets of normalised records. */
import { isObject, type Json } from './json.ts'
import type { Normalised } from './normalise.ts'

export type Difference = {
  script: string
  record: string
  /** Dotted; empty when the whole record is missing on one side. */
  field: string
  genuine: Json | undefined
  ours: Json | undefined
}

export function compare(script: string, genuine: Normalised, ours: Normalised): Difference[] {
  const differences: Difference[] = []
  const records = [...new Set([...genuine.keys(), ...ours.keys()])].sort()
  for (const record of records) {
    const add = (field: string, a: Json | undefined, b: Json | undefined) =>
      differences.push({ script, record, field, genuine: a, ours: b })
    const a = genuine.get(record)
    const b = ours.get(record)
    if (a === undefined || b === undefined) add('', a, b)
    else compareValues(a, b, '', add)
  }
  return differences
}

type Add = (field: string, a: Json | undefined, b: Json | undefined) => void

function compareValues(a: Json, b: Json, field: string, add: Add): void {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    a.forEach((item, index) => {
      compareValues(item, b[index] as Json, `${field}[${index}]`, add)
    })
    return
  }
  if (!isObject(a) || !isObject(b)) {
    if (JSON.stringify(a) !== JSON.stringify(b)) add(field, a, b)
    return
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const path = field === '' ? key : `${field}.${key}`
    const left = a[key]
    const right = b[key]
    if (left === undefined || right === undefined) add(path, left, right)
    else compareValues(left, right, path, add)
  }
}

export function describe(difference: Difference): string {
  const show = (value: Json | undefined) =>
    value === undefined ? 'absent' : JSON.stringify(value).slice(0, 300)
  const where = difference.field === '' ? difference.record : `${difference.record} · ${difference.field}`
  return `${difference.script}: ${where}\n      genuine: ${show(difference.genuine)}\n      ours:    ${show(difference.ours)}`
}

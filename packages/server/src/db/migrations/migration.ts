import type { DialectName } from '../columns.ts'

export interface Migration {
  /** `NNNN-name`; the order of the list is the order of running. */
  name: string
  statements(dialect: DialectName): string[]
}

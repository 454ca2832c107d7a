/**
 * A policy is one ordered list of rules. Which of them concern a pair of state types is worked out once, when the module
 * loads: a decision then walks a short list and filters nothing.
 */
import { STATE_TYPES, type StateType, TERMINAL_STATE_TYPES } from '@orrery/schemas'
import type { CoreState } from '../facts.ts'
import type { AnyFacts, Transition } from './transition.ts'

export interface Rule<Facts extends AnyFacts> {
  readonly name: string
  /** Null stands for a run without a state. */
  readonly from: readonly (StateType | null)[]
  readonly to: readonly StateType[]
  /** May change the proposal, or end the rules with a verdict or a claim. */
  before?(transition: Transition<Facts>): void
  /**
   * Runs in reverse order once it is settled which state is written. Not for a rule whose proposal another rule ended,
   * nor, unless `afterOwnVerdict`, for the rule that ended it.
   */
  after?(transition: Transition<Facts>, state: CoreState | null): void
  readonly afterOwnVerdict?: boolean
  /** Runs `after` for every state that is written, substitutes included. */
  readonly afterEveryWrite?: boolean
}

export const EVERY_TYPE = STATE_TYPES
export const ANY_STATE: readonly (StateType | null)[] = [null, ...STATE_TYPES]
export const TERMINAL = TERMINAL_STATE_TYPES

export const except = (...types: readonly StateType[]): (StateType | null)[] =>
  ANY_STATE.filter((type) => type === null || !types.includes(type))

export type CompiledPolicy<Facts extends AnyFacts> = (
  from: StateType | null,
  to: StateType,
) => readonly Rule<Facts>[]

export function compilePolicy<Facts extends AnyFacts>(rules: readonly Rule<Facts>[]): CompiledPolicy<Facts> {
  const table = new Map<StateType | null, Map<StateType, readonly Rule<Facts>[]>>()
  for (const from of ANY_STATE) {
    const row = new Map<StateType, readonly Rule<Facts>[]>()
    for (const to of EVERY_TYPE) {
      row.set(
        to,
        rules.filter((rule) => rule.from.includes(from) && rule.to.includes(to)),
      )
    }
    table.set(from, row)
  }
  return (from, to) => table.get(from)!.get(to)!
}

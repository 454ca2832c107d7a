import type { FlowRunFacts } from '../../facts.ts'
import { ANY_STATE, EVERY_TYPE, type Rule } from '../rule.ts'

/** Automations and the UI live on these events: each state that is written has one, substitutes and forced ones too. */
export const emitStateEvent: Rule<FlowRunFacts> = {
  name: 'EmitStateEvent',
  from: ANY_STATE,
  to: EVERY_TYPE,
  afterEveryWrite: true,
  after({ effects }, state) {
    if (state !== null) effects.push({ type: 'emit_state_event' })
  },
}

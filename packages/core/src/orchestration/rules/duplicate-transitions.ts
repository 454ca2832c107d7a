import type { FlowRunFacts } from '../../facts.ts'
import { EVERY_TYPE, type Rule } from '../rule.ts'
import { rejectWithCurrent } from '../transition.ts'

/**
 * A client that got no answer proposes again with the same `transition_id`. If the first request was committed after
 * all, the second must change nothing: it is shown the state that the first one made.
 */
export const preventDuplicateTransitions: Rule<FlowRunFacts> = {
  name: 'PreventDuplicateTransitions',
  from: EVERY_TYPE,
  to: EVERY_TYPE,
  before(transition) {
    const proposed = transition.details.transition_id
    if (proposed != null && proposed === transition.facts.initial!.state_details.transition_id) {
      rejectWithCurrent(transition, 'This transition has already been made.')
    }
  },
}

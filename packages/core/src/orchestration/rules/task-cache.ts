import type { TaskRunFacts } from '../../facts.ts'
import { STATE_NAMES } from '../../states.ts'
import { ANY_STATE, type Rule } from '../rule.ts'
import { rejectWith } from '../transition.ts'

/**
 * A task that would compute what is known does not run: it is given the state of the run that computed it. Before all
 * other rules, for it needs neither a slot nor a running flow.
 */
export const retrieveFromCache: Rule<TaskRunFacts> = {
  name: 'RetrieveFromCache',
  from: ANY_STATE,
  to: ['RUNNING'],
  before(transition) {
    const { details } = transition
    const cached = transition.facts.cachedState
    if (!details.cache_key || details.refresh_cache || cached === null) return
    rejectWith(
      transition,
      {
        type: cached.type,
        name: STATE_NAMES.cached,
        message: cached.message,
        data: cached.data,
        state_details: cached.state_details,
      },
      'The state was found in the cache.',
    )
  },
}

/**
 * A completed state becomes the answer for its key. The key is an indexed column, so its length is bounded; a longer one
 * is told so, yet completes. Unlike Prefect, which says so and inserts it all the same, such a key is not stored.
 */
export const insertIntoCache: Rule<TaskRunFacts> = {
  name: 'InsertIntoCache',
  from: ANY_STATE,
  to: ['COMPLETED'],
  before(transition) {
    const { details, settings, facts, name } = transition
    if (details.cache_key && details.cache_key.length > settings.maxCacheKeyLength) {
      rejectWith(
        transition,
        { ...facts.proposed, name, state_details: details },
        `The cache key is longer than ${settings.maxCacheKeyLength} characters.`,
      )
    }
  },
  after({ effects }, state) {
    const details = state?.state_details
    if (!state || !details?.cache_key) return
    effects.push({
      type: 'insert_task_cache',
      cache_key: details.cache_key,
      cache_expiration: details.cache_expiration ?? null,
      state_id: state.id,
    })
  },
}

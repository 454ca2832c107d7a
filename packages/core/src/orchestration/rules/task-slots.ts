import { clampedPoisson } from '../../clamped-poisson.ts'
import type { TaskRunFacts } from '../../facts.ts'
import { ANY_STATE, EVERY_TYPE, type Rule } from '../rule.ts'
import { abort, wait } from '../transition.ts'

/** Spread of the waits of tasks that are turned away together. */
const WAIT_CLAMPING = 0.3

/**
 * A task run needs a slot of every limit among its tags, or none: holding some while waiting for others is how two tasks
 * wait for each other. Turned away, it comes back after about the time that a slot is usually held, never later than
 * the configured wait. A limit of 0 will never have room.
 */
export const secureTaskSlots: Rule<TaskRunFacts> = {
  name: 'SecureTaskSlots',
  from: ANY_STATE,
  to: ['RUNNING'],
  before(transition) {
    const { facts, settings } = transition
    const { run, claimResult } = facts
    if (run.tags.length === 0) return
    if (claimResult === undefined) {
      transition.claim = { type: 'acquire_task_slots', task_run_id: run.id, tags: run.tags }
    } else if (claimResult.outcome === 'zero_limit') {
      abort(transition, `The concurrency limit of the tag "${claimResult.tag}" is 0: the task can never run.`)
    } else if (claimResult.outcome === 'full') {
      const most = settings.tagSlotWaitSeconds
      const average = claimResult.average_occupancy_seconds
      const seconds =
        average === null
          ? most
          : clampedPoisson(Math.min(average || most, most), WAIT_CLAMPING, facts.random ?? (() => 0.5))
      wait(
        transition,
        Math.max(1, Math.round(seconds)),
        `A concurrency limit of the tags ${run.tags.join(', ')} is full.`,
      )
    }
  },
}

/**
 * Whatever a task run becomes, unless it runs or is being cancelled, it holds no slots: releasing in every such state
 * also frees what a lost message left behind.
 */
export const releaseTaskSlots: Rule<TaskRunFacts> = {
  name: 'ReleaseTaskSlots',
  from: ANY_STATE,
  to: EVERY_TYPE,
  afterEveryWrite: true,
  after({ facts, effects }, state) {
    if (state === null || state.type === 'RUNNING' || state.type === 'CANCELLING') return
    if (facts.run.tags.length === 0) return
    effects.push({ type: 'release_task_slots', task_run_id: facts.run.id })
  },
}

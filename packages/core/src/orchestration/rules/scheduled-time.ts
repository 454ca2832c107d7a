import type { Rule } from '../rule.ts'
import { type AnyFacts, wait } from '../transition.ts'

/** A rerun that has a fixed time keeps it while it is submitted, so that the wait before RUNNING knows it. */
export const copyScheduledTime: Rule<AnyFacts> = {
  name: 'CopyScheduledTime',
  from: ['SCHEDULED'],
  to: ['PENDING'],
  before(transition) {
    if (transition.details.scheduled_time == null) {
      const { scheduled_time = null } = transition.facts.initial!.state_details
      transition.details = { ...transition.details, scheduled_time }
    }
  },
}

/**
 * The server's clock decides when a scheduled run may run: one whose process is up early (it was prefetched, or its
 * machine's clock is ahead) is told how long to wait. Whole seconds, for the wire knows no others; a wait of half a
 * second or less is none.
 */
export const waitForScheduledTime: Rule<AnyFacts> = {
  name: 'WaitForScheduledTime',
  from: ['SCHEDULED', 'PENDING'],
  to: ['RUNNING'],
  before(transition) {
    const scheduledTime = transition.facts.initial!.state_details.scheduled_time
    if (scheduledTime == null) return
    const seconds = Math.ceil((scheduledTime - transition.facts.now) / 1_000_000 - 0.5)
    if (seconds > 0) wait(transition, seconds, 'The scheduled time of this run is in the future.')
  },
}

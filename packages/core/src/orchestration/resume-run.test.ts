import { expect, it } from 'vitest'
import { coreState, deploymentFacts, flowRunFacts, NOW } from '../testing/facts.ts'
import { decideFlowRunTransition } from './decide.ts'
import { resumeProposal } from './resume-run.ts'

it('only a paused run can be resumed', () => {
  expect([resumeProposal(null, NOW), resumeProposal(coreState('RUNNING'), NOW)]).toEqual([null, null])
})

it('a blocking pause goes on at once', () => {
  const paused = coreState('PAUSED', { details: { pause_timeout: NOW + 1 } })
  expect(decideFlowRunTransition(flowRunFacts(paused, resumeProposal(paused, NOW)!)).state?.type).toBe(
    'RUNNING',
  )
})

it('a suspended run is scheduled for now, and its next start is no new attempt (15)', () => {
  const suspended = coreState('PAUSED', { name: 'Suspended', details: { pause_reschedule: true } })
  const facts = flowRunFacts(suspended, resumeProposal(suspended, NOW)!, { deployment: deploymentFacts() })
  const { state, run } = decideFlowRunTransition(facts)
  expect([state?.name, run.next_scheduled_start_time, run.empirical_policy?.resuming]).toEqual([
    'Resuming',
    NOW,
    true,
  ])
})

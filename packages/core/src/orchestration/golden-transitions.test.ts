import { expect, it } from 'vitest'
import {
  buildInitial,
  type GoldenAfter,
  type GoldenAnswer,
  type GoldenCase,
  goldenAnswerDetails,
  goldenCases,
  goldenDetails,
  goldenPolicy,
  goldenTitle,
} from '../testing/golden-transitions.ts'
import { orchestrationDetails } from './decide.ts'

const cases = goldenCases()

function ask(golden: GoldenCase): { answer: GoldenAnswer; after: GoldenAfter } {
  const { replay, propose, now } = buildInitial(golden)
  const statesBefore = replay.states.length
  const decision = propose(golden.proposed, golden.force)
  const state = decision.state ?? replay.state
  const { run } = replay
  return {
    answer: {
      http: decision.state === null ? 200 : 201,
      status: decision.status,
      details: goldenAnswerDetails(orchestrationDetails(decision).type, decision.delaySeconds),
      state: state && {
        type: state.type,
        name: state.name,
        details: goldenDetails(state.state_details, now()),
        data: state.data !== null,
      },
    },
    after: {
      run_count: run.run_count,
      start_time: run.start_time !== null,
      end_time: run.end_time !== null,
      next_scheduled_start_time: run.next_scheduled_start_time !== null,
      policy: goldenPolicy(run.empirical_policy),
      ...(golden.run === 'flow' ? { infrastructure_pid: golden.infrastructure_pid === true } : {}),
      states_added: replay.states.length - statesBefore,
    },
  }
}

it('there are 2,448 cases, no two alike', () => {
  expect(cases).toHaveLength(2448)
  expect(new Set(cases.map(goldenTitle)).size).toBe(2448)
})

it.each(['flow', 'task'] as const)(
  'every proposal to a %s run is answered as Prefect 3.9.1 answers it',
  (kind) => {
    const differing: Record<string, unknown> = {}
    for (const golden of cases) {
      if (golden.run !== kind) continue
      const { answer, after } = ask(golden)
      try {
        expect({ answer, after }).toEqual({ answer: golden.answer, after: golden.after })
      } catch {
        differing[goldenTitle(golden)] = {
          ours: { answer, after },
          theirs: { answer: golden.answer, after: golden.after },
        }
      }
    }
    expect(differing).toEqual({})
  },
)

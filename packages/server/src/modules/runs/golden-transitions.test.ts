/** The HTTP routes against every answer of the genuine server; the core alone is tested beside its rules. */
import { detailsFromWire, detailsToWire, type EmpiricalPolicy, type ProposedState } from '@orrery/core'
import {
  type GoldenCase,
  goldenAnswerDetails,
  goldenCases,
  goldenDetails,
  goldenPolicy,
  goldenPreparation,
  goldenState,
  goldenTitle,
} from '@orrery/core/testing'
import {
  type FlowRun,
  newId,
  type OrchestrationResult,
  type State,
  systemNow,
  type TaskRun,
} from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { expect, it } from 'vitest'
import { type TestApp, type TestWorkspace, testApp } from '../../testing/test-app.ts'

const onWire = ({ state_details, ...state }: ProposedState) => ({
  ...state,
  state_details: detailsToWire(state_details ?? {}),
})

interface Subject {
  base: string
  kind: 'flow_run' | 'task_run'
  id: string
  /** States that it has. */
  states: number
}

eachDatabase((database) => {
  it('all 2,448 proposals are answered as the genuine server answered them', {
    timeout: 120_000,
  }, async () => {
    const app = await testApp(await database.open())
    const workspace = app.workspace()
    const flow = await workspace.call<{ id: string }>('POST', '/flows/', { name: 'golden' })
    const deploymentId = await insertDeployment(app, workspace, flow.body.id)
    // The golden task runs belong to a flow run in its first attempt.
    const parent = await workspace.call<FlowRun>('POST', '/flow_runs/', { flow_id: flow.body.id })
    await workspace.call('POST', `/flow_runs/${parent.body.id}/set_state`, { state: { type: 'RUNNING' } })
    const owners = { flowId: flow.body.id, deploymentId, parentId: parent.body.id }
    const cases = goldenCases()
    expect(cases).toHaveLength(2448)
    const differences: string[] = []
    const ask = async (golden: GoldenCase) => {
      const subject = await prepare(workspace, golden, owners)
      const seen = await propose(workspace, subject, golden)
      const wanted = { answer: { ...golden.answer }, after: golden.after }
      try {
        expect(seen).toEqual(wanted)
      } catch {
        differences.push(`${goldenTitle(golden)}\n  ${JSON.stringify(seen)}\n  ${JSON.stringify(wanted)}`)
      }
    }
    // Side by side, so that the lanes see batches as they do under load.
    const waiting = [...cases]
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        for (let golden = waiting.pop(); golden; golden = waiting.pop()) await ask(golden)
      }),
    )
    expect(differences.slice(0, 5)).toEqual([])
    expect(differences).toHaveLength(0)
    await app.close()
  })
})

async function insertDeployment(app: TestApp, workspace: TestWorkspace, flowId: string): Promise<string> {
  const id = newId()
  const now = systemNow()
  await app.db.write((trx) =>
    trx
      .insertInto('deployments')
      .values({ id, workspace_id: workspace.id, created: now, updated: now, flow_id: flowId, name: 'golden' })
      .execute(),
  )
  return id
}

async function prepare(
  workspace: TestWorkspace,
  golden: GoldenCase,
  { flowId, deploymentId, parentId }: { flowId: string; deploymentId: string; parentId: string },
): Promise<Subject> {
  const empirical_policy: EmpiricalPolicy = { retries: golden.retries, retry_delay: 0, pause_keys: [] }
  let subject: Subject
  if (golden.run === 'flow') {
    const { body } = await workspace.call<FlowRun>('POST', '/flow_runs/', {
      flow_id: flowId,
      empirical_policy,
      ...(golden.deployment ? { deployment_id: deploymentId } : {}),
    })
    subject = { base: `/flow_runs/${body.id}`, kind: 'flow_run', id: body.id, states: 1 }
    if (golden.infrastructure_pid)
      await workspace.call('PATCH', subject.base, { infrastructure_pid: 'host:1' })
  } else {
    const { body } = await workspace.call<TaskRun>('POST', '/task_runs/', {
      flow_run_id: parentId,
      task_key: 'golden',
      dynamic_key: goldenTitle(golden),
      empirical_policy: { retries: golden.retries, retry_delay: 0 },
    })
    subject = { base: `/task_runs/${body.id}`, kind: 'task_run', id: body.id, states: 1 }
  }
  for (const name of goldenPreparation(golden))
    if ((await set(workspace, subject, name, true)).status === 201) subject.states++
  return subject
}

const set = (workspace: TestWorkspace, subject: Subject, name: string, force: boolean, now = systemNow()) =>
  workspace.call<OrchestrationResult>('POST', `${subject.base}/set_state`, {
    state: onWire(goldenState(name, now)),
    force,
  })

async function propose(workspace: TestWorkspace, subject: Subject, golden: GoldenCase) {
  const now = systemNow()
  const { status, body } = await set(workspace, subject, golden.proposed, golden.force, now)
  const states = await workspace.call<State[]>(
    'GET',
    `/${subject.kind}_states/?${subject.kind}_id=${subject.id}`,
  )
  const run = (await workspace.call<FlowRun & TaskRun>('GET', subject.base)).body
  return {
    answer: {
      http: status,
      status: body.status,
      details: goldenAnswerDetails(body.details.type, body.details.delay_seconds ?? null),
      state: body.state && {
        type: body.state.type,
        name: body.state.name,
        details: goldenDetails(detailsFromWire(body.state.state_details), now + 1000),
        data: body.state.data !== null,
      },
    },
    after: {
      run_count: run.run_count,
      start_time: run.start_time !== null,
      end_time: run.end_time !== null,
      next_scheduled_start_time: run.next_scheduled_start_time !== null,
      policy: goldenPolicy(run.empirical_policy as EmpiricalPolicy),
      states_added: states.body.length - subject.states,
      ...(golden.after.infrastructure_pid === undefined
        ? {}
        : { infrastructure_pid: run.infrastructure_pid !== null }),
    },
  }
}

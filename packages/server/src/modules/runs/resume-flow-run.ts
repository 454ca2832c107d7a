import { type CoreState, flowRunPolicy, resumeProposal } from '@orrery/core'
import { parseJson } from '@orrery/schemas'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Db } from '../../db/index.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
import { findFlowRun } from './flow-runs.queries.ts'
import { findRunInput } from './run-inputs.ts'
import { runLanes } from './run-lanes.ts'
import { FlowRunNotFound } from './runs.errors.ts'
import type { Orchestrated } from './set-flow-run-state.ts'
import { currentState, stateToWire } from './state-rows.ts'

/**
 * Lets a paused run go on. What it asked for (`run_input`) is checked against the schema that it left, and stored
 * with the transition, so that the run never sees the one without the other.
 */
export async function resumeFlowRun(
  context: { db: Db; clock: Clock },
  scope: WorkspaceScope,
  input: {
    id: string
    runInput: Record<string, unknown> | null
    apiVersion: string | null
    clientVersion: string | null
  },
): Promise<Orchestrated> {
  const row = await findFlowRun(context.db.read, scope, input.id)
  if (!row) throw new FlowRunNotFound(input.id)
  const state = currentState(row)
  const keyset = state?.type === 'PAUSED' ? state.state_details.run_input_keyset : null
  let stored: { key: string; value: string } | undefined
  if (state && keyset) {
    let runInput: Record<string, unknown>
    try {
      runInput = hydrate(input.runInput ?? {}) as Record<string, unknown>
    } catch (error) {
      return refused(state, `Error hydrating run input: ${(error as Error).message}`)
    }
    const problem = await problemOf(context.db, scope, input.id, keyset.schema ?? '', runInput)
    if (problem !== null) return refused(state, problem)
    if (keyset.response && Object.keys(runInput).length > 0)
      stored = { key: keyset.response, value: JSON.stringify(runInput) }
  }
  return runLanes(context).setFlowRunState({
    scope,
    flowRunId: input.id,
    proposed: { of: resumeProposal, otherwise: 'Cannot resume a flow run that is not paused.' },
    runInput: stored,
    policy: flowRunPolicy(false),
    apiVersion: input.apiVersion,
    clientVersion: input.clientVersion,
  })
}

// REJECT with the details of an ABORT: what the genuine server answers, and what clients therefore read.
const refused = (state: CoreState, reason: string): Orchestrated => ({
  stored: false,
  result: { state: stateToWire(state), status: 'REJECT', details: { type: 'abort_details', reason } },
})

async function problemOf(
  db: Db,
  scope: WorkspaceScope,
  flowRunId: string,
  schemaKey: string,
  runInput: Record<string, unknown>,
): Promise<string | null> {
  const text = await findRunInput(db.read, scope, flowRunId, schemaKey)
  if (text === null) return 'Run input schema not found.'
  let schema: unknown
  try {
    schema = JSON.parse(text)
  } catch {
    return 'Run input schema is not valid JSON.'
  }
  try {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const validate = ajv.compile(schema as object)
    if (validate(runInput)) return null
    return `Reason: ${ajv.errorsText(validate.errors, { dataVar: 'run_input' })}`
  } catch (error) {
    return `Run input schema cannot be used: ${(error as Error).message}`
  }
}

/** The forms' wrappers: `{"__prefect_kind": "json", "value": text}` stands for what the text says, `none` for its value. */
function hydrate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hydrate)
  if (typeof value !== 'object' || value === null) return value
  if (!('__prefect_kind' in value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hydrate(item)]))
  const wrapped = value as { __prefect_kind: unknown; value?: unknown }
  const inner = hydrate(wrapped.value)
  return wrapped.__prefect_kind === 'json' && typeof inner === 'string' ? parseJson(inner) : inner
}

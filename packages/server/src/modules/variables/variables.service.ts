import {
  type Micros,
  newId,
  parseJson,
  toIso,
  type Variable,
  type VariableCreate,
  type VariableUpdate,
} from '@orrery/schemas'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { VariableNameTaken, VariableNotFound, VariableTooLong } from './variables.errors.ts'
import {
  countVariables,
  findVariable,
  insertVariable,
  listVariables,
  patchVariable,
  removeVariable,
  type VariableKey,
  type VariablePage,
  type VariableRow,
} from './variables.queries.ts'

export { countVariables }

const MAX_VALUE_LENGTH = 5000

export async function createVariable(
  trx: Trx,
  scope: WorkspaceScope,
  input: VariableCreate,
  now: Micros,
): Promise<Variable> {
  const row = await insertVariable(trx, {
    id: newId(),
    workspace_id: scope.workspaceId,
    created: now,
    updated: now,
    name: input.name,
    value: valueColumn(input.value),
    tags: JSON.stringify(input.tags ?? []),
  })
  if (!row) throw new VariableNameTaken(input.name)
  return variableFromRow(row)
}

export async function readVariable(db: Reader, scope: WorkspaceScope, key: VariableKey): Promise<Variable> {
  const row = await findVariable(db, scope, key)
  if (!row) throw new VariableNotFound(nameOf(key))
  return variableFromRow(row)
}

export async function readVariables(db: Db, scope: WorkspaceScope, page: VariablePage): Promise<Variable[]> {
  return (await listVariables(db, scope, page)).map(variableFromRow)
}

/** Changes what the input names; a key that is absent stays as it is. */
export async function updateVariable(
  trx: Trx,
  scope: WorkspaceScope,
  key: VariableKey,
  input: VariableUpdate,
  now: Micros,
): Promise<void> {
  if (input.name) {
    const [named, own] = [
      await findVariable(trx, scope, { name: input.name }),
      await findVariable(trx, scope, key),
    ]
    if (named && named.id !== own?.id) throw new VariableNameTaken(input.name)
  }
  const changes = {
    ...(input.name ? { name: input.name } : {}),
    ...('value' in input ? { value: valueColumn(input.value) } : {}),
    ...(input.tags ? { tags: JSON.stringify(input.tags) } : {}),
    updated: now,
  }
  if (!(await patchVariable(trx, scope, key, changes))) throw new VariableNotFound(nameOf(key))
}

export async function deleteVariable(trx: Trx, scope: WorkspaceScope, key: VariableKey): Promise<void> {
  if (!(await removeVariable(trx, scope, key))) throw new VariableNotFound(nameOf(key))
}

const nameOf = (key: VariableKey): string => ('id' in key ? key.id : `"${key.name}"`)

function valueColumn(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  if (text.length > MAX_VALUE_LENGTH) throw new VariableTooLong(text.length, MAX_VALUE_LENGTH)
  return text
}

const variableFromRow = (row: VariableRow): Variable => ({
  id: row.id,
  created: toIso(row.created),
  updated: toIso(row.updated),
  name: row.name,
  value: parseJson(row.value),
  tags: JSON.parse(row.tags) as string[],
})

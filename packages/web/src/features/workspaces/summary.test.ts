import { describe, expect, it } from 'vitest'
import type { WorkspaceOverview } from '../../lib/identity.ts'
import { deriveHandle } from './handle.ts'
import { heading, order } from './summary.ts'

const row = (
  name: string,
  flow_runs: number,
  today: Partial<WorkspaceOverview['today']> = {},
): WorkspaceOverview => ({
  account_id: 'a',
  account_name: 'Northwind',
  account_handle: 'northwind',
  workspace_id: name,
  workspace_name: name,
  workspace_description: '',
  workspace_handle: name,
  role: 'Owner',
  counts: { flows: 0, deployments: 0, flow_runs },
  today: { failed: 0, crashed: 0, late: 0, running: 0, ...today },
  history: [],
})

describe('the heading of the workspaces', () => {
  it.each([
    [[], 'No workspaces yet'],
    [[row('a', 1)], '1 workspace, all well today'],
    [[row('a', 1, { running: 3 }), row('b', 1)], '2 workspaces, all well today'],
    [
      [row('a', 1, { late: 1 }), row('b', 1), row('c', 1, { failed: 2, crashed: 1 })],
      '3 workspaces, 2 with trouble today',
    ],
    [[row('a', 1, { crashed: 1 })], '1 workspace, 1 with trouble today'],
    [[row('a', 1, { crashed: 1 }), row('b', 1, { late: 1 })], '2 workspaces, all with trouble today'],
  ])('of %# is the answer', (rows, text) => {
    expect(heading(rows)).toBe(text)
  })
})

describe('the order of the workspaces', () => {
  it('is starred first, then by how much runs in them, then by name', () => {
    const rows = [row('quiet', 0), row('busy', 900), row('also-quiet', 0), row('starred', 3)]
    expect(order(rows, new Set(['starred'])).map((each) => each.workspace_name)).toEqual([
      'starred',
      'busy',
      'also-quiet',
      'quiet',
    ])
  })
})

describe('the handle made of a name', () => {
  it.each([
    ['My Project', 'my-project'],
    ['  Größe & Café  ', 'gro-e-cafe'],
    ['--x--', 'x'],
    ['日本', ''],
  ])('%s becomes %s', (name, handle) => {
    expect(deriveHandle(name)).toBe(handle)
  })
  it('gets a number where it is taken', () => {
    expect(deriveHandle('ETL', new Set(['etl', 'etl-2']))).toBe('etl-3')
  })
})

import { expect, it } from 'vitest'
import { lacks } from './permissions.ts'

it('who lacks a permission is told the weakest role that has it', () => {
  expect(lacks('Viewer', 'run_flows')).toBe('This needs the role Runner; you are a Viewer.')
  expect(lacks('Runner', 'manage_flows')).toBe('This needs the role Developer; you are a Runner.')
  expect(lacks('Developer', 'manage_workspace_settings')).toBe(
    'This needs the role Owner; you are a Developer.',
  )
})

it('a role that suffices, and one that only the server knows, are not stopped', () => {
  expect(lacks('Runner', 'run_flows')).toBeNull()
  expect(lacks('Owner', 'manage_workspace_settings')).toBeNull()
  expect(lacks('Data steward', 'manage_flows')).toBeNull()
  expect(lacks(undefined, 'manage_flows')).toBeNull()
})

import { describe, expect, it } from 'vitest'
import { ACCOUNT_PERMISSIONS, ACCOUNT_ROLES, ownsEveryWorkspace } from './account-roles.ts'
import { WORKSPACE_ROLES, workspaceRole } from './workspace-roles.ts'
import { expandScopes, isWorkspaceScope, WORKSPACE_SCOPES } from './workspace-scopes.ts'

describe('account roles', () => {
  it('there are 47 account permissions, each once', () => {
    expect(new Set(ACCOUNT_PERMISSIONS).size).toBe(47)
  })

  it('an Owner has 46 of them, an Admin 44, a Member 13', () => {
    expect(ACCOUNT_ROLES.Owner.permissions).toHaveLength(46)
    expect(ACCOUNT_ROLES.Admin.permissions).toHaveLength(44)
    expect(ACCOUNT_ROLES.Member.permissions).toHaveLength(13)
  })

  it('only an Owner may delete the account', () => {
    expect(ACCOUNT_ROLES.Owner.permissions).toContain('delete:account')
    expect(ACCOUNT_ROLES.Admin.permissions).not.toContain('delete:account')
  })

  it('a Member changes nothing', () => {
    expect(ACCOUNT_ROLES.Member.permissions.filter((name) => !name.startsWith('read:'))).toEqual([])
  })

  it('Owners and Admins own every workspace of the account', () => {
    expect(
      ['Owner', 'Admin', 'Member', 'Collaborator'].filter((name) => ownsEveryWorkspace(name as 'Owner')),
    ).toEqual(['Owner', 'Admin'])
  })
})

describe('workspace scopes', () => {
  it('there are 61, each once', () => {
    expect(new Set(WORKSPACE_SCOPES.map((scope) => scope.name)).size).toBe(61)
  })

  it('a stronger scope includes the weaker ones of its group', () => {
    expect([...expandScopes(['manage_deployments'])].sort()).toEqual([
      'manage_deployments',
      'run_deployments',
      'see_deployments',
      'write_deployments',
    ])
    expect([...expandScopes(['manage_blocks'])]).toContain('see_secret_blocks')
    expect([...expandScopes(['run_tasks'])]).toEqual(['run_tasks'])
  })

  it('the scope to see a group is its weakest', () => {
    expect(WORKSPACE_SCOPES.find((scope) => scope.name === 'manage_variables')?.see_scope).toBe(
      'see_variables',
    )
    expect(WORKSPACE_SCOPES.find((scope) => scope.name === 'manage_acls')?.see_scope).toBeNull()
  })
})

describe('workspace roles', () => {
  it('every scope of a role exists', () => {
    for (const role of WORKSPACE_ROLES)
      for (const scope of role.scopes) expect(isWorkspaceScope(scope)).toBe(true)
  })

  it('an Owner has all scopes; each further role has fewer', () => {
    const sizes = WORKSPACE_ROLES.slice(0, 4).map((role) => role.scopes.length)
    expect(sizes[0]).toBe(61)
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  })

  it('a Viewer sees no secrets and runs nothing', () => {
    const { scopes } = workspaceRole('Viewer')
    expect(scopes).not.toContain('see_secret_blocks')
    expect(scopes.every((scope) => scope.startsWith('see_'))).toBe(true)
  })

  it('a Developer manages deployments and may not change settings or members', () => {
    const { scopes } = workspaceRole('Developer')
    expect(scopes).toContain('manage_deployments')
    expect(scopes).toContain('see_workspace_settings')
    expect(scopes).not.toContain('write_workspace_settings')
    expect(scopes).not.toContain('manage_workspace_users')
    expect(scopes).not.toContain('manage_acls')
  })

  it('a Worker can take slots of a global limit', () => {
    expect(workspaceRole('Worker').scopes).toContain('manage_concurrency_limits')
  })
})

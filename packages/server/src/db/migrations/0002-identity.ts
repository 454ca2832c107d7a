import { createTable } from '../columns.ts'
import type { Migration } from './migration.ts'

/**
 * Accounts, users, sessions, keys, workspaces and the audit log.
 * A table with a column `workspace_id` loses its rows when the workspace is deleted; what must outlive it
 * (the audit log) names the column otherwise.
 */
export const identity: Migration = {
  name: '0002-identity',
  statements: (dialect) => [
    ...createTable(dialect, 'accounts', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        updated: 'instant not null',
        name: 'text not null',
        handle: 'text not null',
        plan_type: 'text not null',
        location: 'text',
        link: 'text',
        billing_email: 'text',
        auth_expiration_seconds: 'integer',
        settings: "json not null default '{}'",
      },
      uniqueIndexes: { accounts_handle: '(handle)' },
    }),
    ...createTable(dialect, 'users', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        updated: 'instant not null',
        actor_id: 'id not null',
        personal_account_id: 'id not null',
        handle: 'text not null',
        // Lower case, as it is compared.
        email: 'text not null',
        first_name: "text not null default ''",
        last_name: "text not null default ''",
        location: 'text',
        title: 'text',
        image_location: 'text',
        settings: "json not null default '{}'",
        password_hash: 'text',
        last_login: 'instant',
      },
      uniqueIndexes: { users_email: '(email)', users_handle: '(handle)' },
    }),
    // The accounts elsewhere that a user may sign in with.
    ...createTable(dialect, 'user_identities', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        user_id: 'id not null',
        provider: 'text not null',
        subject: 'text not null',
        email: 'text not null',
      },
      uniqueIndexes: { user_identities_subject: '(provider, subject)' },
      indexes: { user_identities_user: '(user_id)' },
    }),
    ...createTable(dialect, 'sessions', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        updated: 'instant not null',
        user_id: 'id not null',
        token_hash: 'text not null',
        ip_address: 'text',
        user_agent: 'text',
        expires_at: 'instant not null',
        ends_at: 'instant not null',
      },
      uniqueIndexes: { sessions_token: '(token_hash)' },
      indexes: { sessions_user: '(user_id)', sessions_expires: '(expires_at)' },
    }),
    ...createTable(dialect, 'api_keys', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        user_id: 'id not null',
        name: 'text not null',
        key_hash: 'text not null',
        masked_key: 'text not null',
        expiration: 'instant',
        last_used: 'instant',
      },
      uniqueIndexes: { api_keys_hash: '(key_hash)' },
      indexes: { api_keys_user: '(user_id, created)' },
    }),
    ...createTable(dialect, 'account_memberships', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        updated: 'instant not null',
        account_id: 'id not null',
        user_id: 'id not null',
        role: 'text not null',
      },
      uniqueIndexes: { account_memberships_user: '(user_id, account_id)' },
      indexes: { account_memberships_account: '(account_id)' },
    }),
    ...createTable(dialect, 'workspaces', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        updated: 'instant not null',
        account_id: 'id not null',
        name: 'text not null',
        handle: 'text not null',
        description: "text not null default ''",
        default_workspace_role_id: 'id',
        settings: "json not null default '{}'",
      },
      uniqueIndexes: { workspaces_handle: '(account_id, handle)' },
    }),
    ...createTable(dialect, 'workspace_access', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        updated: 'instant not null',
        workspace_id: 'id not null',
        user_id: 'id not null',
        workspace_role_id: 'id not null',
      },
      uniqueIndexes: { workspace_access_user: '(user_id, workspace_id)' },
      indexes: { workspace_access_workspace: '(workspace_id)' },
    }),
    // Deleted workspaces whose rows are still being removed; a start goes on with them.
    ...createTable(dialect, 'workspace_deletions', {
      columns: { id: 'id primary key', deleted: 'instant not null' },
    }),
    ...createTable(dialect, 'password_resets', {
      columns: {
        id: 'id primary key',
        created: 'instant not null',
        user_id: 'id not null',
        token_hash: 'text not null',
        expires_at: 'instant not null',
      },
      uniqueIndexes: { password_resets_token: '(token_hash)' },
      indexes: { password_resets_user: '(user_id)' },
    }),
    // Sign-ins under way at a provider; a row is removed by the callback that uses it.
    ...createTable(dialect, 'oauth_attempts', {
      columns: {
        state_hash: 'text primary key',
        created: 'instant not null',
        expires_at: 'instant not null',
        provider: 'text not null',
        code_verifier: 'text not null',
        nonce: 'text not null',
        redirect_to: 'text not null',
        link_user_id: 'id',
      },
      indexes: { oauth_attempts_expires: '(expires_at)' },
    }),
    ...createTable(dialect, 'instance_settings', {
      columns: { key: 'text primary key', value: 'text not null' },
    }),
    // Counts each change of what a caller may do, so that a cache can be checked by one row.
    ...createTable(dialect, 'identity_version', {
      columns: { id: 'integer primary key', version: 'integer not null' },
    }),
    'INSERT INTO "identity_version" (id, version) VALUES (1, 1)',
    ...createTable(dialect, 'audit_log', {
      columns: {
        id: 'id primary key',
        occurred: 'instant not null',
        event: 'text not null',
        resource_id: 'text not null',
        actor_type: 'text not null',
        actor_id: 'text not null',
        actor_name: 'text not null',
        account_id: 'id',
        in_workspace_id: 'id',
        ip_address: 'text',
        payload: "json not null default '{}'",
      },
      indexes: {
        audit_log_account: '(account_id, occurred)',
        audit_log_occurred: '(occurred)',
      },
    }),
  ],
}

/** The app without a port or sign-in: every path names its workspace, and the caller may do what the scope permits. */
import { newId, systemNow } from '@orrery/schemas'
import { buildApp } from '../app.ts'
import { readConfig } from '../config.ts'
import type { Db } from '../db/db.ts'
import { Forbidden } from '../errors.ts'
import type { Identity, Principal } from '../http/auth.ts'
import { createLog } from '../log.ts'
import { type Clock, makeAccountScope, makeUserScope, makeWorkspaceScope, permits } from '../scope.ts'

export interface Answer<T = unknown> {
  status: number
  body: T
  /** The body as it came. */
  text: string
  headers: Record<string, unknown>
}

/** One workspace's routes. */
export interface TestWorkspace {
  id: string
  call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>
}

export interface TestApp {
  db: Db
  /** A fresh workspace, or the one of the id; by default its caller may do everything. */
  workspace(permissions?: readonly string[], id?: string): TestWorkspace
  close(): Promise<void>
}

const ACCOUNT_ID = '01900000-0000-7000-8000-0000000000ac'
const USER_ID = '01900000-0000-7000-8000-0000000000aa'

export async function testApp(db: Db, options: { clock?: Clock } = {}): Promise<TestApp> {
  const config = readConfig(
    { port: 0, logLevel: 'error' },
    { ORRERY_HOME: '/nonexistent', ORRERY_LOG_FORMAT: 'json' },
  )
  const permissions = new Map<string, ReadonlySet<string>>()
  const app = await buildApp({
    db,
    clock: options.clock ?? { now: systemNow },
    config,
    log: createLog(config),
    identity: everybody(permissions),
  })
  return {
    db,
    workspace(granted = ['*'], id = newId()) {
      permissions.set(id, new Set(granted))
      const prefix = `/api/accounts/${ACCOUNT_ID}/workspaces/${id}`
      return {
        id,
        async call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
          const reply = await app.fastify.inject({
            method: method as 'POST',
            url: prefix + path,
            headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
            ...(body === undefined
              ? {}
              : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
          })
          const json = String(reply.headers['content-type'] ?? '').includes('json')
          return {
            status: reply.statusCode,
            body: (json && reply.payload ? JSON.parse(reply.payload) : reply.payload) as T,
            text: reply.payload,
            headers: reply.headers,
          }
        },
      }
    },
    async close() {
      await app.fastify.close()
    },
  }
}

function everybody(permissions: ReadonlyMap<string, ReadonlySet<string>>): Identity {
  const actor = { type: 'user', id: USER_ID, name: 'tester' } as const
  const principal: Principal = { type: 'user', id: USER_ID, name: 'tester', sessionId: null, keyId: null }
  return {
    authenticate: async () => principal,
    authenticateToken: async () => principal,
    userScope: () => makeUserScope({ userId: USER_ID, actor, sessionId: null }),
    accountScope: async (_principal, accountId) =>
      makeAccountScope({ accountId, actor, permissions: new Set(['*']) }),
    async workspaceScope(_principal, accountId, workspaceId, permission) {
      const scope = makeWorkspaceScope({
        accountId,
        workspaceId,
        actor,
        permissions: permissions.get(workspaceId) ?? new Set(),
      })
      if (!permits(scope, permission)) throw new Forbidden(`The role lacks ${permission}`)
      return scope
    },
    localScope: null,
  }
}

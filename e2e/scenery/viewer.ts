/**
 * A second person who may only look. No route makes members yet, so the row of their role is written by hand; what
 * the role allows is the server's answer.
 */
import { workspaceRole } from '@orrery/core'
import { newId, systemNow } from '@orrery/schemas'
import type { Browser } from 'playwright-core'
import { newVisitor, type SignedIn, signUp } from '../browser.ts'
import type { Northwind } from './northwind.ts'

/** `owner` is the session of the instance's owner, who opens the sign-up. */
export async function addViewer(browser: Browser, scene: Northwind, owner: SignedIn): Promise<SignedIn> {
  const { context: opener } = await newVisitor(browser, scene.url, { storageState: owner })
  const opened = await opener.request.patch('/api/auth/settings', {
    headers: { 'x-orrery-request': '1', origin: scene.url },
    data: { signup: 'open' },
  })
  if (!opened.ok()) throw new Error(`the sign-up stays closed: ${await opened.text()}`)
  await opener.close()

  const { page, context } = await newVisitor(browser, scene.url)
  await signUp(page, 'vera@northwind.example', 'Vera Lind')
  const { user } = (await (await context.request.get('/api/auth/session')).json()) as { user: { id: string } }
  const now = systemNow()
  await scene.server.context.db.write((trx) =>
    trx
      .insertInto('workspace_access')
      .values({
        id: newId(),
        created: now,
        updated: now,
        workspace_id: scene.path.split('/').at(-1) ?? '',
        user_id: user.id,
        workspace_role_id: workspaceRole('Viewer').id,
      })
      .execute(),
  )
  const state = await context.storageState()
  await context.close()
  return state
}

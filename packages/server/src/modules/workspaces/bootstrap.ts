import { makeAccountScope } from '../../scope.ts'
import { insertApiKey } from '../identity/api-keys.service.ts'
import { writeAudit } from '../identity/audit.ts'
import type { CloudIdentity } from '../identity/cloud-identity.ts'
import { deriveHandle } from '../identity/handles.ts'
import { hashPassword, requireGoodPassword } from '../identity/passwords.ts'
import { admitUser, wordsAbout } from '../identity/sign-up.ts'
import { actorOf, readEmail, readOwnerId, readUserByEmail } from '../identity/users.service.ts'
import { AlreadyOwned } from './workspaces.errors.ts'
import { insertWorkspace } from './workspaces.service.ts'

export interface Bootstrap {
  email: string
  password: string
  /** The workspace's name. */
  workspace: string
  /** Default `bootstrap`. */
  keyName?: string | undefined
}

/**
 * Makes what is missing of owner, account and workspace, and a key. What exists stays as it is: the
 * password of an existing owner is neither checked nor changed (it may have been changed since in the
 * browser, and who can run this can read the database anyway). A key is shown only when it is made, so each
 * run makes a new one, which takes the place of the last run's key of the same name.
 */
export async function bootstrap(
  identity: CloudIdentity,
  input: Bootstrap,
): Promise<{ account_id: string; workspace_id: string; api_key: string }> {
  const { db, clock } = identity
  const email = readEmail(input.email)
  const isNew = (await readUserByEmail(db.read, email)) === undefined
  if (isNew) requireGoodPassword(input.password, wordsAbout(email, {}))
  const passwordHash = isNew ? await hashPassword(input.password) : null
  return db.write(async (trx) => {
    const now = clock.now()
    const ownerId = await readOwnerId(trx)
    let user = await readUserByEmail(trx, email)
    if (ownerId !== null && user?.id !== ownerId) throw new AlreadyOwned(email)
    user ??= await admitUser(
      trx,
      identity,
      { email, passwordHash, firstName: '', lastName: '', now },
      true,
      null,
    )
    const accountId = user.personal_account_id
    const actor = actorOf(user)
    const found = await trx
      .selectFrom('workspaces')
      .select('id')
      .where('account_id', '=', accountId)
      .where((eb) =>
        eb.or([
          eb('name', '=', input.workspace),
          eb('handle', '=', deriveHandle(input.workspace, 'workspace')),
        ]),
      )
      .orderBy('created')
      .executeTakeFirst()
    const scope = makeAccountScope({ accountId, actor, permissions: new Set(['create:workspace']) })
    const workspace = found ?? (await insertWorkspace(trx, identity, scope, { name: input.workspace }))
    const name = input.keyName ?? 'bootstrap'
    const replaced = await trx
      .deleteFrom('api_keys')
      .where('user_id', '=', user.id)
      .where('name', '=', name)
      .returning('id')
      .execute()
    for (const { id } of replaced)
      await writeAudit(trx, clock, {
        event: 'prefect-cloud.api-key.deleted',
        resourceId: `prefect-cloud.api-key.${id}`,
        actor,
        payload: { name },
      })
    if (replaced.length > 0) await identity.cache.changed(trx)
    const key = await insertApiKey(trx, identity, { userId: user.id, actor, name, expiration: null, now })
    return { account_id: accountId, workspace_id: workspace.id, api_key: key.key }
  })
}

import { newId, parseIso, toIso, toIsoOrNull } from '@orrery/schemas'
import type { Reader, Trx } from '../../db/db.ts'
import { Invalid, NotFound } from '../../errors.ts'
import type { Actor, UserScope } from '../../scope.ts'
import { writeAudit } from './audit.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import type { ApiKeyRow } from './identity.queries.ts'
import { hashSecret, randomBase62 } from './secrets.ts'

export const USER_KEY_PREFIX = 'pnu_'

export interface ApiKey {
  id: string
  created: string
  name: string
  expiration: string | null
  masked_key: string
  last_used: string | null
}

/** A key as it is shown once, when it is made. */
export interface NewApiKey {
  id: string
  created: string
  name: string
  expiration: string | null
  key: string
}

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  created: toIso(row.created),
  name: row.name,
  expiration: toIsoOrNull(row.expiration),
  masked_key: row.masked_key,
  last_used: toIsoOrNull(row.last_used),
})

export async function listApiKeys(db: Reader, scope: UserScope, name?: string): Promise<ApiKey[]> {
  let query = db.selectFrom('api_keys').selectAll().where('user_id', '=', scope.userId)
  if (name !== undefined) query = query.where('name', '=', name)
  return (await query.orderBy('created', 'desc').execute()).map(toApiKey)
}

export async function readApiKey(db: Reader, scope: UserScope, id: string): Promise<ApiKey> {
  const row = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('id', '=', id)
    .where('user_id', '=', scope.userId)
    .executeTakeFirst()
  if (!row) throw new NotFound('API key not found', 'api_key_not_found')
  return toApiKey(row)
}

export async function createApiKey(
  identity: CloudIdentity,
  scope: UserScope,
  input: { name: string; expiration?: string | null | undefined },
): Promise<NewApiKey> {
  const now = identity.clock.now()
  const name = input.name.trim()
  if (name === '') throw new Invalid('An API key needs a name.', 'api_key_name_empty')
  const expiration = input.expiration ? parseIso(input.expiration) : null
  if (input.expiration && expiration === null)
    throw new Invalid(`"${input.expiration}" is no point in time.`, 'api_key_expiration_invalid')
  if (expiration !== null && expiration <= now)
    throw new Invalid('The expiry lies in the past.', 'api_key_expiration_invalid')
  return identity.db.write((trx) =>
    insertApiKey(trx, identity, { userId: scope.userId, actor: scope.actor, name, expiration, now }),
  )
}

/** Makes a key inside a write. The key itself exists only in what is returned. */
export async function insertApiKey(
  trx: Trx,
  identity: Pick<CloudIdentity, 'clock'>,
  input: { userId: string; actor: Actor; name: string; expiration: number | null; now: number },
): Promise<NewApiKey> {
  const key = USER_KEY_PREFIX + randomBase62(36)
  const id = newId()
  await trx
    .insertInto('api_keys')
    .values({
      id,
      created: input.now,
      user_id: input.userId,
      name: input.name,
      key_hash: hashSecret(key),
      masked_key: `${USER_KEY_PREFIX}...${key.slice(-4)}`,
      expiration: input.expiration,
      last_used: null,
    })
    .execute()
  await writeAudit(trx, identity.clock, {
    event: 'prefect-cloud.api-key.created',
    resourceId: `prefect-cloud.api-key.${id}`,
    actor: input.actor,
    payload: { name: input.name, expiration: toIsoOrNull(input.expiration) },
  })
  return {
    id,
    created: toIso(input.now),
    name: input.name,
    expiration: toIsoOrNull(input.expiration),
    key,
  }
}

/** Deletes the key; every process refuses it within a second. */
export async function deleteApiKey(identity: CloudIdentity, scope: UserScope, id: string): Promise<void> {
  await identity.db.write(async (trx) => {
    const row = await trx
      .deleteFrom('api_keys')
      .where('id', '=', id)
      .where('user_id', '=', scope.userId)
      .returning(['id', 'name'])
      .executeTakeFirst()
    if (!row) throw new NotFound('API key not found', 'api_key_not_found')
    await identity.cache.changed(trx)
    await writeAudit(trx, identity.clock, {
      event: 'prefect-cloud.api-key.deleted',
      resourceId: `prefect-cloud.api-key.${id}`,
      actor: scope.actor,
      payload: { name: row.name },
    })
  })
}

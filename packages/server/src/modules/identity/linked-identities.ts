import { toIso } from '@orrery/schemas'
import type { ProviderConfig } from '../../config.ts'
import type { Reader } from '../../db/db.ts'
import { NotFound } from '../../errors.ts'
import type { UserScope } from '../../scope.ts'
import { writeAudit } from './audit.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { OnlyWayIn, SessionRequired } from './identity.errors.ts'
import { GITHUB } from './oauth-providers.ts'
import { requireUser } from './update-user.ts'

/** An account elsewhere by which the user signs in. `configured`: whether this server still offers its provider. */
export interface LinkedIdentity {
  id: string
  created: string
  /** The provider's id; where it is not configured any more, with its issuer. */
  provider: string
  name: string
  email: string
  configured: boolean
}

export interface WaysIn {
  has_password: boolean
  identities: LinkedIdentity[]
}

/** How the user can sign in: by a password, by accounts elsewhere. */
export async function waysIn(identity: CloudIdentity, scope: UserScope): Promise<WaysIn> {
  const user = await requireUser(identity.db.read, scope)
  const rows = await rowsOf(identity.db.read, scope.userId)
  return {
    has_password: user.password_hash !== null,
    identities: rows.map((row) => {
      const provider = identity.config.providers.find((one) => isOf(one, row.provider))
      return {
        id: row.id,
        created: toIso(row.created),
        provider: provider?.id ?? row.provider,
        name: provider?.name ?? row.provider,
        email: row.email,
        configured: provider !== undefined,
      }
    }),
  }
}

/** Forgets an account elsewhere, unless nothing else would let the user in: neither a password nor another one. */
export async function unlinkIdentity(
  identity: CloudIdentity,
  scope: UserScope,
  input: { id: string; address: string },
): Promise<void> {
  // A key that leaked must not change how its owner gets in.
  if (!scope.sessionId) throw new SessionRequired()
  await identity.db.write(async (trx) => {
    const user = await requireUser(trx, scope)
    const rows = await rowsOf(trx, scope.userId)
    const row = rows.find((one) => one.id === input.id)
    if (!row) throw new NotFound('This account is not connected.', 'identity_not_found')
    const offered = (provider: string) => identity.config.providers.some((one) => isOf(one, provider))
    const others = rows.filter((one) => one.id !== row.id && offered(one.provider))
    if (user.password_hash === null && others.length === 0) throw new OnlyWayIn()
    await trx.deleteFrom('user_identities').where('id', '=', row.id).execute()
    await writeAudit(trx, identity.clock, {
      event: 'prefect-cloud.user.identity-unlinked',
      resourceId: `prefect-cloud.user.${scope.userId}`,
      actor: scope.actor,
      accountId: user.personal_account_id,
      address: input.address,
      payload: { provider: row.provider, email: row.email },
    })
  })
}

/** Whether what is stored of a linked account, an id and maybe an issuer, is that provider as it is configured now. */
function isOf(provider: ProviderConfig, stored: string): boolean {
  const [id, issuer] = stored.split(' ')
  if (id !== provider.id) return false
  const bare = (url: string | null | undefined) => url?.replace(/\/+$/, '')
  if (id === 'github') return (bare(provider.issuer) ?? GITHUB) === (issuer ?? GITHUB)
  return issuer === undefined || bare(provider.issuer) === bare(issuer)
}

const rowsOf = (db: Reader, userId: string) =>
  db.selectFrom('user_identities').selectAll().where('user_id', '=', userId).orderBy('created').execute()

import type { Config } from '../../config.ts'
import type { Reader, Trx } from '../../db/db.ts'
import { againOnConflict } from '../../db/dialect/conflicts.ts'
import type { Credentials } from '../../http/auth.ts'
import { writeAudit } from './audit.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { EmailTaken, SignupClosed, WrongSetupCode } from './identity.errors.ts'
import { claimOwner, findOwnerId, findSetting, findUserByEmail, type UserRow } from './identity.queries.ts'
import { hashPassword, requireGoodPassword } from './passwords.ts'
import { insertSession } from './sessions.service.ts'
import { actorOf, insertUserWithAccount, type NewUser, readEmail } from './users.service.ts'

export type SignupMode = 'open' | 'closed' | 'first_user'

/** Who may sign up: the first user always, then what ORRERY_SIGNUP or the owner's setting says; closed by default. */
export async function readSignupMode(db: Reader, config: Config): Promise<SignupMode> {
  if ((await findOwnerId(db)) === null) return 'first_user'
  if (config.signup) return config.signup
  return (await findSetting(db, 'signup')) === 'open' ? 'open' : 'closed'
}

export interface SignUp {
  email: string
  password: string
  first_name?: string | undefined
  last_name?: string | undefined
  setup_code?: string | undefined
}

/** Makes the user and their session. The first user owns the instance. */
export async function signUp(
  identity: CloudIdentity,
  credentials: Credentials,
  input: SignUp,
): Promise<{ user: UserRow; token: string }> {
  identity.throttle.requireRequest('sign-up', credentials.address)
  const email = readEmail(input.email)
  const mode = await readSignupMode(identity.db.read, identity.config)
  if (mode === 'closed') throw new SignupClosed()
  if (mode === 'first_user') identity.setupCode.require(input.setup_code)
  requireGoodPassword(input.password, wordsAbout(email, input))
  const passwordHash = await hashPassword(input.password)
  const made = await againOnConflict(() =>
    identity.db.write(async (trx) => {
      const now = identity.clock.now()
      const user = await admitUser(
        trx,
        identity,
        {
          email,
          passwordHash,
          firstName: input.first_name?.trim() ?? '',
          lastName: input.last_name?.trim() ?? '',
          now,
        },
        mode === 'first_user',
        credentials.address,
      )
      const token = await insertSession(trx, user.id, credentials, now)
      return { user, token }
    }),
  )
  identity.throttle.forgive('sign-up', credentials.address)
  return made
}

/**
 * Inserts a user if the rules of signing up still allow it inside this transaction: of two first users at
 * once only one becomes the owner, and the other needs an open instance.
 */
export async function admitUser(
  trx: Trx,
  identity: { clock: CloudIdentity['clock']; config: Config },
  input: NewUser,
  mayOwn: boolean,
  address: string | null,
): Promise<UserRow> {
  const mode = await readSignupMode(trx, identity.config)
  if (mode === 'closed') throw new SignupClosed()
  if (mode === 'first_user' && !mayOwn) throw new WrongSetupCode()
  if (await findUserByEmail(trx, input.email)) throw new EmailTaken()
  const user = await insertUserWithAccount(trx, input)
  if (mode === 'first_user' && !(await claimOwner(trx, user.id)) && identity.config.signup !== 'open')
    throw new SignupClosed()
  await writeAudit(trx, identity.clock, {
    event: 'prefect-cloud.user.created',
    resourceId: `prefect-cloud.user.${user.id}`,
    actor: actorOf(user),
    accountId: user.personal_account_id,
    address,
    payload: { email: user.email, owner: mode === 'first_user' },
  })
  return user
}

export const wordsAbout = (
  email: string,
  input: { first_name?: string | undefined; last_name?: string | undefined },
): string[] => [
  email,
  ...email.split(/[@.]/),
  input.first_name ?? '',
  input.last_name ?? '',
  'orrery',
  'prefect',
]

/** Whether the page must ask for the set-up code. */
export const needsSetupCode = (identity: CloudIdentity, mode: SignupMode): boolean =>
  mode === 'first_user' && identity.setupCode.code !== null

import type { FastifyInstance } from 'fastify'
import { publicAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { ORRERY_VERSION } from '../../version.ts'
import { accountsRoutes } from './accounts.routes.ts'
import { authRoutes } from './auth.routes.ts'
import { CloudIdentity } from './cloud-identity.ts'
import { LOCAL_ACCOUNT_ID, LOCAL_WORKSPACE_ID } from './local-identity.ts'
import { meRoutes } from './me.routes.ts'
import { oauthRoutes } from './oauth.routes.ts'
import { usersRoutes } from './users.routes.ts'

/** Who calls: sign-in, users, keys, accounts. Prefix `/api`. In local mode only what tells the UI that there is none of it. */
export async function identityRoutes(app: FastifyInstance, context: Context): Promise<void> {
  const { identity } = context
  if (!(identity instanceof CloudIdentity)) return localRoutes(app, context)
  await app.register(async (auth) => authRoutes(auth, identity), { prefix: '/auth' })
  await app.register(async (auth) => oauthRoutes(auth, identity), { prefix: '/auth' })
  await app.register(async (me) => meRoutes(me, identity), { prefix: '/me' })
  await app.register(async (users) => usersRoutes(users, identity), { prefix: '/users' })
  accountsRoutes(app, identity)
}

function localRoutes(app: FastifyInstance, { config }: Context): void {
  app.get('/auth/config', { config: publicAccess }, async () => ({
    mode: 'local',
    signup: 'closed',
    setup_code_required: false,
    providers: [],
    password_min_length: 0,
    mail: false,
    version: ORRERY_VERSION,
    api_url: `${config.publicUrl}/api`,
    workspace: { account_id: LOCAL_ACCOUNT_ID, workspace_id: LOCAL_WORKSPACE_ID },
  }))
  app.get('/auth/session', { config: publicAccess }, async () => ({ user: null }))
}

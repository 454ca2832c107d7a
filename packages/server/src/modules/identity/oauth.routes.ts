import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { DomainError, NotFound } from '../../errors.ts'
import { publicAccess } from '../../http/access.ts'
import { credentialsOf } from '../../http/auth.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { ATTEMPT_SECONDS, beginOAuth, finishOAuth } from './oauth.service.ts'
import { OAuthError } from './oauth-providers.ts'
import { cookieText, readCookie } from './session-cookie.ts'
import { sessionCookie } from './sessions.service.ts'

const STATE_COOKIE = 'orrery_oauth'
const PATH = '/api/auth/oauth'
const Text = Type.Optional(Type.String({ maxLength: 8000 }))

/** Signing in at Google, GitHub or an OpenID provider. Prefix `/api/auth`. */
export function oauthRoutes(instance: FastifyInstance, identity: CloudIdentity): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const Provider = Type.Object({ provider: Type.String() })

  const requireProvider = (id: string) => {
    const provider = identity.config.providers.find((one) => one.id === id)
    if (!provider) throw new NotFound(`There is no sign-in with ${id} here.`, 'provider_unknown')
    return provider
  }

  app.get(
    '/oauth/:provider',
    {
      config: publicAccess,
      schema: { params: Provider, querystring: Type.Object({ redirect_to: Text }) },
    },
    async (request, reply) => {
      const provider = requireProvider(request.params.provider)
      try {
        const { url, state } = await beginOAuth(identity, provider, {
          redirectTo: localPath(request.query.redirect_to),
          linkUserId: await signedInUser(request),
          address: request.ip,
        })
        const cookie = cookieText(identity.config, STATE_COOKIE, state, {
          maxAgeSeconds: ATTEMPT_SECONDS,
          path: PATH,
        })
        return reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect(url, 302)
      } catch (error) {
        return reply.redirect(failed(request, error), 302)
      }
    },
  )

  app.get(
    '/oauth/:provider/callback',
    {
      config: publicAccess,
      schema: {
        params: Provider,
        querystring: Type.Object({ code: Text, state: Text, error: Text, iss: Text }),
      },
    },
    async (request, reply) => {
      const provider = requireProvider(request.params.provider)
      const ended = cookieText(identity.config, STATE_COOKIE, '', { maxAgeSeconds: 0, path: PATH })
      reply.header('cache-control', 'no-store')
      try {
        const { token, redirectTo } = await finishOAuth(identity, provider, credentialsOf(request), {
          callback: request.query,
          cookieState: readCookie(request.headers.cookie, STATE_COOKIE),
          userId: await signedInUser(request),
        })
        return reply.header('set-cookie', [ended, sessionCookie(identity, token)]).redirect(redirectTo, 302)
      } catch (error) {
        return reply.header('set-cookie', ended).redirect(failed(request, error), 302)
      }
    },
  )

  async function signedInUser(request: FastifyRequest): Promise<string | null> {
    const principal = await identity.authenticate(credentialsOf(request)).catch(() => null)
    return principal?.sessionId ? principal.id : null
  }

  function failed(request: FastifyRequest, error: unknown): string {
    const code = error instanceof OAuthError || error instanceof DomainError ? error.code : 'provider_error'
    request.log.warn({ err: error, code }, 'a sign-in at a provider failed')
    return `/sign-in?error=${encodeURIComponent(code)}`
  }
}

/** A path of ours to go on to: another site's address there would make us an open redirect. */
function localPath(text: string | undefined): string {
  const isLocal = text !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) && !text.includes('\\')
  return isLocal ? text : '/'
}

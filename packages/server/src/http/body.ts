import { parseJson } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'

/**
 * Reads every body as JSON: old Python clients send none of the headers. An empty body is none, whatever
 * the content type says (Terraform sends one with every request), and long integers keep their digits.
 */
export function installBodyParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.decorateRequest('bodyText', null)
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, text, done) => {
    const body = String(text)
    if (body.trim() === '') return done(null, undefined)
    try {
      const type = request.headers['content-type'] ?? ''
      if (type.startsWith('application/x-www-form-urlencoded'))
        return done(null, Object.fromEntries(new URLSearchParams(body)))
      done(null, parseJson(body))
    } catch (error) {
      request.bodyText = body.slice(0, 2000)
      done(error as Error)
    }
  })
}

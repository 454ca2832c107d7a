/** One place to run the scripts against: a base URL, what authorises the harness, and what configures the client. */
import { type Json, type JsonObject, objects, parseJson } from './json.ts'

export type Target = {
  name: string
  /** The orchestration API, without a trailing slash: `…/api` or `…/workspaces/{id}`. */
  apiUrl: string
  headers: Record<string, string>
  /** The settings that a user of this server sets, and nothing else. */
  settings: Record<string, string>
  /** Where the server wrote its log, shown when something fails. */
  logFile?: string
}

export class NotFound extends Error {}

export async function request(target: Target, method: string, path: string, body?: unknown): Promise<Json> {
  const url = path.startsWith('http') ? path : `${target.apiUrl}${path}`
  const answer = await fetch(url, {
    method,
    headers: { ...target.headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  })
  const content = await answer.text()
  if (answer.status === 404)
    throw new NotFound(`${target.name}: ${method} ${path} answered 404: ${content.slice(0, 400)}`)
  if (!answer.ok)
    throw new Error(`${target.name}: ${method} ${path} answered ${answer.status}: ${content.slice(0, 400)}`)
  return content === '' ? null : parseJson(content)
}

/** Every row of a filter route, by pages of 200, which is the most that one answer holds. */
export async function listAll(target: Target, path: string, body: JsonObject = {}): Promise<JsonObject[]> {
  const rows: JsonObject[] = []
  for (;;) {
    const page = objects(await request(target, 'POST', path, { ...body, limit: 200, offset: rows.length }))
    rows.push(...page)
    if (page.length < 200) return rows
  }
}

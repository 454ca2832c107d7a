/** A browser for tests: keeps its cookies, and sends what our pages send. */
export interface Answer {
  status: number
  body: unknown
  headers: Headers
}

export interface Browser {
  readonly cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(path: string, body?: unknown): Promise<Answer>
  delete(path: string): Promise<Answer>
}

export function browser(url: string): Browser {
  const cookies = new Map<string, string>()
  const request = async (
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(path.startsWith('http') ? path : url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(method === 'GET' ? {} : { origin: url, 'x-orrery-request': '1' }),
        ...(cookies.size > 0
          ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
          : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const text of response.headers.getSetCookie()) {
      const [pair = ''] = text.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      const value = pair.slice(pair.indexOf('=') + 1)
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return {
      status: response.status,
      body: isJson && text ? JSON.parse(text) : text,
      headers: response.headers,
    }
  }
  return {
    cookies,
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body, headers) => request('POST', path, body, headers),
    patch: (path, body) => request('PATCH', path, body),
    delete: (path) => request('DELETE', path, undefined),
  }
}

export interface Owner {
  browser: Browser
  userId: string
  accountId: string
  workspaceId: string
  key: string
  /** The workspace's path, as in `/api/accounts/…/workspaces/…`. */
  path: string
}

export const PASSWORD = 'four quiet rivers at dawn'

/** Signs up, makes a workspace and a key. */
export async function signUpOwner(url: string, email: string, workspace = 'First'): Promise<Owner> {
  const client = browser(url)
  const signedUp = await client.post('/api/auth/sign-up', { email, password: PASSWORD })
  if (signedUp.status !== 201) throw new Error(`sign-up: ${JSON.stringify(signedUp.body)}`)
  const { user } = signedUp.body as { user: { id: string; personal_account_id: string } }
  const accountId = user.personal_account_id
  const made = await client.post(`/api/accounts/${accountId}/workspaces/`, { name: workspace })
  const { id: workspaceId } = made.body as { id: string }
  const key = (await client.post(`/api/users/${user.id}/api_keys`, { name: 'test' })).body as { key: string }
  return {
    browser: client,
    userId: user.id,
    accountId,
    workspaceId,
    key: key.key,
    path: `/api/accounts/${accountId}/workspaces/${workspaceId}`,
  }
}

import { CLIENT_API_VERSION, userAgent } from '../version.ts'
import {
  type ApiAnswer,
  ApiError,
  errorOfAnswer,
  ServerUnreachableError,
  ServerVersionError,
} from './errors.ts'

/** How to reach one API. */
export interface Connection {
  /** The API's address: `http://host:4200/api`, or a workspace's `…/api/accounts/{id}/workspaces/{id}`. */
  readonly apiUrl: string
  /** A key, sent as `Bearer`. */
  readonly apiKey?: string | undefined
  /** `user:password`, sent as `Basic`; wins over the key. */
  readonly authString?: string | undefined
  /** An API address under this one is a cloud's: no CSRF token, no version probe, a key on the event socket. */
  readonly cloudApiUrl?: string | undefined
  /** Further headers of every request and websocket. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Ask for a CSRF token before the first write. @default true outside a cloud */
  readonly csrf?: boolean | undefined
  /** Compare the server's version once. @default true outside a cloud */
  readonly versionCheck?: boolean | undefined
  /** How often a failed request is repeated. @default 5 */
  readonly maxRetries?: number | undefined
  /** By which fraction waits vary. @default 0.2 */
  readonly retryJitter?: number | undefined
  /** Statuses to retry beside 408, 429, 502 and 503. */
  readonly retryExtraCodes?: readonly number[] | undefined
  /** @default 60 */
  readonly timeoutSeconds?: number | undefined
  /** `same-origin` in a browser that is signed in by cookie. */
  readonly credentials?: 'omit' | 'same-origin' | 'include' | undefined
  /** @default the global fetch */
  readonly fetch?: typeof fetch | undefined
  /** Told once about a server that is older than the client. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** One request. */
export interface RequestOptions {
  /** Sent as JSON. A string is sent as it stands. */
  readonly body?: unknown
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** `text` for the few routes that do not answer JSON. @default 'json' */
  readonly as?: 'json' | 'text'
}

const RETRIED = new Set([408, 429, 502, 503])
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
// As many as the Python client's pool.
const MAX_SOCKETS = 16
const CSRF_MESSAGE = 'Invalid CSRF token'

/** Whether the API is a cloud's, by Prefect's one test: the address begins with the cloud's. */
export function isCloud(connection: Connection): boolean {
  const cloud = connection.cloudApiUrl
  return cloud !== undefined && cloud !== '' && connection.apiUrl.startsWith(cloud)
}

/** The `Authorization` header of a connection: a password wins over a key; undefined without either. */
export function authorizationOf(connection: Connection): string | undefined {
  if (connection.authString) return `Basic ${base64(connection.authString)}`
  if (connection.apiKey) return `Bearer ${connection.apiKey}`
  return undefined
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

/**
 * Requests to one API with Prefect's headers, retries, CSRF token and version probe. Uses `fetch` only, so it
 * works in a browser.
 */
export class HttpClient {
  /** How the API is reached, its address without a trailing slash. */
  readonly connection: Connection
  /** See {@link isCloud}. */
  readonly cloud: boolean
  #answered = false
  #csrf: { token: string; client: string } | 'off' | undefined
  #probe: Promise<void> | undefined
  #inFlight = 0
  readonly #queue: (() => void)[] = []

  constructor(connection: Connection) {
    this.connection = { ...connection, apiUrl: connection.apiUrl.replace(/\/+$/, '') }
    this.cloud = isCloud(connection)
  }

  /** Reads. @throws as {@link HttpClient.request} */
  get<T>(path: string, options?: RequestOptions): Promise<T> {
    return this.request('GET', path, options)
  }

  /** Creates, filters or acts. @throws as {@link HttpClient.request} */
  post<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    return this.request('POST', path, { ...options, body })
  }

  /** Changes. @throws as {@link HttpClient.request} */
  patch<T = void>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    return this.request('PATCH', path, { ...options, body })
  }

  /** Deletes. @throws as {@link HttpClient.request} */
  delete<T = void>(path: string, options?: RequestOptions): Promise<T> {
    return this.request('DELETE', path, options)
  }

  /**
   * Sends one request and returns the parsed answer; undefined for an empty one.
   * @throws ApiError and its kinds, ServerUnreachableError, ServerVersionError
   */
  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    if (!this.cloud && this.connection.versionCheck !== false) {
      this.#probe ??= this.#checkVersion()
      await this.#probe
    }
    const answer = await this.#send(method, this.#url(path, options.query), options)
    if (answer.status >= 400) throw errorOfAnswer(answer, this.connection.apiUrl)
    return answer.body as T
  }

  #url(path: string, query: RequestOptions['query'] = {}): string {
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
    const search = pairs.length > 0 ? `?${new URLSearchParams(pairs.map(([k, v]) => [k, String(v)]))}` : ''
    return (path.startsWith('http') ? path : this.connection.apiUrl + path) + search
  }

  async #send(method: string, url: string, options: RequestOptions): Promise<ApiAnswer> {
    const { maxRetries = 5, retryExtraCodes = [] } = this.connection
    for (let attempt = 0; ; ) {
      let failure: unknown
      let answer: Response | undefined
      try {
        answer = await this.#attempt(method, url, options)
      } catch (error) {
        if (options.signal?.aborted) throw error
        failure = error
      }
      if (answer) {
        this.#answered = true
        const body = await readBody(answer, options.as)
        const facts: ApiAnswer = {
          status: answer.status,
          method,
          url,
          body,
          requestId: answer.headers.get('x-request-id') ?? undefined,
          retryAfterSeconds: Number(answer.headers.get('retry-after') ?? Number.NaN) || undefined,
        }
        const staleToken =
          answer.status === 403 && this.#csrf !== undefined && JSON.stringify(body).includes(CSRF_MESSAGE)
        if (staleToken) this.#csrf = undefined
        const retried = staleToken || RETRIED.has(answer.status) || retryExtraCodes.includes(answer.status)
        if (!retried || attempt >= maxRetries) return facts
      } else if (!this.#answered || attempt >= maxRetries) {
        // A server that was never there is a mistake in the settings: say so at once instead of after a minute.
        throw new ServerUnreachableError(this.connection.apiUrl, failure)
      }
      // A maintenance announcement may last longer than five waits.
      if (answer?.headers.get('prefect-maintenance') !== 'true') attempt++
      // A fresh token needs no pause.
      if (this.#csrf !== undefined || SAFE.has(method) || answer?.status !== 403) {
        await sleep(this.#delay(attempt, answer), options.signal)
      }
    }
  }

  #delay(attempt: number, answer: Response | undefined): number {
    const jitter = this.connection.retryJitter ?? 0.2
    const spread = 1 + (Math.random() * 2 - 1) * jitter
    const header = answer?.headers.get('retry-after')
    const seconds = header ? Number(header) : Number.NaN
    const asked = Number.isFinite(seconds)
      ? seconds
      : header
        ? (Date.parse(header) - Date.now()) / 1000
        : Number.NaN
    return (
      1000 *
      (Number.isFinite(asked) ? Math.max(0, asked) * (1 + Math.random() * jitter) : 2 ** attempt * spread)
    )
  }

  async #attempt(method: string, url: string, options: RequestOptions): Promise<Response> {
    const { connection } = this
    const headers: Record<string, string> = {
      accept: 'application/json',
      'x-prefect-api-version': CLIENT_API_VERSION,
      'user-agent': userAgent(),
    }
    const authorization = authorizationOf(connection)
    if (authorization) headers.authorization = authorization
    for (const [name, value] of Object.entries({ ...connection.headers, ...options.headers })) {
      const lower = name.toLowerCase()
      if (lower !== 'user-agent' && !lower.startsWith('prefect-csrf')) headers[lower] = value
    }
    if (!SAFE.has(method)) {
      const csrf = await this.#csrfToken()
      if (csrf !== 'off') {
        headers['prefect-csrf-token'] = csrf.token
        headers['prefect-csrf-client'] = csrf.client
      }
    }
    let body: string | undefined
    if (options.body !== undefined) {
      headers['content-type'] ??= 'application/json'
      body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body)
    }
    const release = await this.#takeSocket()
    const timeout = AbortSignal.timeout((connection.timeoutSeconds ?? 60) * 1000)
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
    try {
      return await (connection.fetch ?? fetch)(url, {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body }),
        ...(connection.credentials ? { credentials: connection.credentials } : {}),
      })
    } finally {
      release()
    }
  }

  /** At most so many requests at once: ten thousand tasks must not open ten thousand sockets. */
  async #takeSocket(): Promise<() => void> {
    if (this.#inFlight < MAX_SOCKETS) this.#inFlight++
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    return () => {
      const next = this.#queue.shift()
      if (next) next()
      else this.#inFlight--
    }
  }

  async #csrfToken(): Promise<{ token: string; client: string } | 'off'> {
    if (this.cloud || this.connection.csrf === false) return 'off'
    if (this.#csrf) return this.#csrf
    const client = crypto.randomUUID()
    const answer = await this.#send('GET', this.#url('/csrf-token', { client }), {})
    if (answer.status === 404 || answer.status === 422) this.#csrf = 'off'
    else if (answer.status >= 400) throw errorOfAnswer(answer, this.connection.apiUrl)
    else this.#csrf = { token: (answer.body as { token: string }).token, client }
    return this.#csrf
  }

  /** Once per client: the server must speak version 3, and an older minor is worth a warning. */
  async #checkVersion(): Promise<void> {
    const answer = await this.#send('GET', this.#url('/admin/version'), {}).catch((error: unknown) => {
      this.#probe = undefined
      throw error
    })
    if (answer.status === 401) throw errorOfAnswer(answer, this.connection.apiUrl)
    const version = typeof answer.body === 'string' ? /^(\d+)\.(\d+)/.exec(answer.body) : null
    if (answer.status >= 400 || !version) {
      throw new ServerVersionError(
        `${this.connection.apiUrl} does not answer as a Prefect API (GET /admin/version: ${answer.status}). ` +
          'Check PREFECT_API_URL: it usually ends in /api.',
      )
    }
    if (version[1] !== '3') {
      throw new ServerVersionError(
        `The server at ${this.connection.apiUrl} is version ${String(answer.body)}; this client speaks version 3. Upgrade the server.`,
      )
    }
    if (Number(version[2]) < 4) {
      this.connection.onWarning?.(
        `The server at ${this.connection.apiUrl} is version ${String(answer.body)}, older than this client knows. Upgrade it if runs fail.`,
      )
    }
  }
}

async function readBody(answer: Response, as: RequestOptions['as']): Promise<unknown> {
  const text = await answer.text()
  if (as === 'text') return text
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function sleep(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, millis)
    function done() {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }
    function aborted() {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

/** Whether an error is an answer of this status. */
export function isStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status
}

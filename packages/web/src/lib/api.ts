/** HTTP to our own server: same origin, the session in an HttpOnly cookie, so no credential is ever seen here. */

export interface FieldProblem {
  /** Where in the request, as a path of names: `body.name`. */
  field: string
  message: string
}

/** An answer that is not 2xx, or none at all (`status` 0). `message` is fit to be read by people. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string | undefined
  readonly requestId: string | undefined
  /** Seconds to wait before another try, from `Retry-After`. */
  readonly retryAfter: number | undefined
  readonly problems: readonly FieldProblem[]

  constructor(
    message: string,
    facts: {
      status: number
      code?: string | undefined
      requestId?: string | undefined
      retryAfter?: number | undefined
      problems?: readonly FieldProblem[]
      cause?: unknown
    },
  ) {
    super(message, { cause: facts.cause })
    this.name = 'ApiError'
    this.status = facts.status
    this.code = facts.code
    this.requestId = facts.requestId
    this.retryAfter = facts.retryAfter
    this.problems = facts.problems ?? []
  }
}

/** The field that a refusal of ours is about, by its code. */
const FIELD_OF_CODE: Partial<Record<string, readonly string[]>> = {
  email_invalid: ['email'],
  email_taken: ['email'],
  handle_invalid: ['handle'],
  handle_taken: ['handle'],
  password_too_common: ['password', 'new_password'],
  password_too_long: ['password', 'new_password'],
  password_too_short: ['password', 'new_password'],
  wrong_password: ['current_password'],
  wrong_setup_code: ['setup_code'],
  workspace_handle_taken: ['handle'],
}

/** The message for one field of a refused form; what names no field stands above the button. */
export function problemOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  if (error.code && FIELD_OF_CODE[error.code]?.includes(field)) return error.message
  return error.problems.find((problem) => problem.field === field)?.message
}

export interface RequestOptions {
  body?: unknown
  signal?: AbortSignal
  query?: Record<string, string | number | boolean | undefined>
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

interface ErrorBody {
  detail?: unknown
  code?: string
  request_id?: string
  exception_message?: string
  exception_detail?: { loc?: (string | number)[]; msg?: string }[]
}

function url(path: string, query: RequestOptions['query']): string {
  if (!query) return path
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) params.set(key, String(value))
  const text = params.toString()
  return text ? `${path}?${text}` : path
}

function statusText(status: number): string {
  if (status === 401) return 'You are signed out.'
  if (status === 403) return 'Your role does not allow this.'
  if (status === 404) return 'It does not exist, or you cannot see it.'
  if (status === 429) return 'Too many requests.'
  if (status === 502 || status === 503 || status === 504) return 'The server is not reachable at the moment.'
  if (status >= 500) return 'The server failed to answer. Nothing was changed.'
  return `The server refused the request (${status}).`
}

/** Field problems of a 422, in Prefect's shape or in FastAPI's. */
function problemsOf(body: ErrorBody): FieldProblem[] {
  const rows = Array.isArray(body.exception_detail)
    ? body.exception_detail
    : Array.isArray(body.detail)
      ? (body.detail as { loc?: (string | number)[]; msg?: string }[])
      : []
  return rows.map((row) => ({
    field: (row.loc ?? []).filter((part) => part !== 'body').join('.'),
    message: row.msg ?? 'is not valid',
  }))
}

async function failure(response: Response): Promise<ApiError> {
  const body = await response
    .json()
    .then((value: unknown) => (typeof value === 'object' && value !== null ? (value as ErrorBody) : {}))
    .catch((): ErrorBody => ({}))
  const problems = problemsOf(body)
  const retryAfter = Number(response.headers.get('retry-after'))
  const first = problems[0]
  const message =
    typeof body.detail === 'string'
      ? body.detail
      : first
        ? first.field
          ? `${first.field}: ${first.message}`
          : first.message
        : (body.exception_message ?? statusText(response.status))
  return new ApiError(message, {
    status: response.status,
    code: body.code,
    requestId: response.headers.get('x-request-id') ?? body.request_id,
    retryAfter: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
    problems,
  })
}

type Listener = () => void
const signedOut = new Set<Listener>()

/** Called when an answer says that the session has ended, so that the shell can ask to sign in again. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener)
  return () => signedOut.delete(listener)
}

/**
 * One request. `path` starts with `/api`. Answers the parsed JSON, `undefined` for an empty body.
 * Throws {@link ApiError}; an aborted request throws the DOM's AbortError.
 */
export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', 'x-orrery-request': '1' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(url(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(options.signal && { signal: options.signal }),
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError('The server could not be reached. Nothing was changed.', { status: 0, cause })
  }
  if (!response.ok) {
    const error = await failure(response)
    if (error.status === 401 && !path.startsWith('/api/auth/')) for (const listener of signedOut) listener()
    throw error
  }
  if (response.status === 204 || response.headers.get('content-length') === '0') return undefined as T
  const text = await response.text()
  // The caller names the shape; the contract tests of the server hold it.
  return (text === '' ? undefined : JSON.parse(text)) as T
}

export interface Api {
  /** What every path is put after: `/api`, or `/api/accounts/A/workspaces/W`. */
  readonly base: string
  get<T>(path: string, options?: RequestOptions): Promise<T>
  post<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T>
  patch<T>(path: string, body: unknown, options?: RequestOptions): Promise<T>
  put<T>(path: string, body: unknown, options?: RequestOptions): Promise<T>
  delete<T = void>(path: string, options?: RequestOptions): Promise<T>
}

/** A client whose paths (`/flow_runs/filter`) are relative to `base`. */
export function apiAt(base: string): Api {
  return {
    base,
    get: (path, options) => request('GET', base + path, options),
    post: (path, body, options) => request('POST', base + path, { ...options, body }),
    patch: (path, body, options) => request('PATCH', base + path, { ...options, body }),
    put: (path, body, options) => request('PUT', base + path, { ...options, body }),
    delete: (path, options) => request('DELETE', base + path, options),
  }
}

/** The instance's own API: `/api/auth`, `/api/me`, `/api/users`, `/api/accounts`. */
export const root = apiAt('/api')

/** What every answer of the API that is not a success becomes. The message names the cure where there is one. */
export class ApiError extends Error {
  override name = 'ApiError'
  /** The HTTP status. */
  readonly status: number
  readonly method: string
  readonly url: string
  /** The answer's body: parsed when it was JSON. */
  readonly body: unknown
  /** The server's `X-Request-Id`, to find the request in its logs. */
  readonly requestId: string | undefined
  /** The answer's `Retry-After` in seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, answer: ApiAnswer) {
    super(message)
    this.status = answer.status
    this.method = answer.method
    this.url = answer.url
    this.body = answer.body
    this.requestId = answer.requestId
    this.retryAfterSeconds = answer.retryAfterSeconds
  }
}

/** The facts of an answer. */
export interface ApiAnswer {
  readonly status: number
  readonly method: string
  readonly url: string
  readonly body: unknown
  readonly requestId: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** 404: it does not exist, or not in this workspace. */
export class NotFoundError extends ApiError {
  override name = 'NotFoundError'
}

/** 409: something of this name exists already. */
export class ConflictError extends ApiError {
  override name = 'ConflictError'
}

/** 401: the key or password is missing or wrong. */
export class UnauthorizedError extends ApiError {
  override name = 'UnauthorizedError'
}

/** 403: the key is valid and may not do this. */
export class ForbiddenError extends ApiError {
  override name = 'ForbiddenError'
}

/** 422: the server does not accept the request's content. */
export class InvalidRequestError extends ApiError {
  override name = 'InvalidRequestError'
}

/** No answer: the server cannot be reached, or did not answer in time. */
export class ServerUnreachableError extends Error {
  override name = 'ServerUnreachableError'
  readonly url: string
  constructor(url: string, cause: unknown) {
    super(
      `Cannot reach the API at ${url} (${reasonOf(cause)}). Check that the server runs ` +
        '(start one with: orrery server start --local) and that PREFECT_API_URL is its address ' +
        '(set it with: orrery config set PREFECT_API_URL="http://127.0.0.1:4200/api").',
      { cause },
    )
    this.url = url
  }
}

/** No `PREFECT_API_URL` is configured and no server may be started. */
export class ApiNotConfiguredError extends Error {
  override name = 'ApiNotConfiguredError'
  constructor() {
    super(
      'PREFECT_API_URL is not set. Set it with: orrery config set PREFECT_API_URL="http://127.0.0.1:4200/api", ' +
        'or start a server with: orrery server start --local',
    )
  }
}

/** The server's major version is not the one that this client speaks. */
export class ServerVersionError extends Error {
  override name = 'ServerVersionError'
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const inner = cause.cause
  if (inner instanceof Error && 'code' in inner) return String(inner.code)
  if (cause.name === 'TimeoutError') return 'no answer in time'
  return cause.message
}

/** The typed error for an answer. */
export function errorOfAnswer(answer: ApiAnswer, apiUrl: string): ApiError {
  const what = `${answer.method} ${answer.url} answered ${answer.status}`
  const detail = detailOf(answer.body)
  switch (answer.status) {
    case 401:
      return new UnauthorizedError(
        `${what}: the API key is missing, wrong or expired for ${apiUrl}. ` +
          'Make a key in the UI and set it with: orrery config set PREFECT_API_KEY="…" (or run: orrery cloud login)',
        answer,
      )
    case 403:
      return new ForbiddenError(
        `${what}: ${detail || 'this key may not do that'}. Use a key whose role allows it.`,
        answer,
      )
    case 404:
      return new NotFoundError(`${what}: ${detail || 'not found'}`, answer)
    case 409:
      return new ConflictError(`${what}: ${detail || 'it exists already'}`, answer)
    case 422:
      return new InvalidRequestError(`${what}: ${detail || 'the request is not valid'}`, answer)
    default:
      return new ApiError(`${what}${detail ? `: ${detail}` : ''}`, answer)
  }
}

function detailOf(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, 500)
  if (typeof body !== 'object' || body === null) return ''
  const { detail, exception_message: message, exception_detail: issues } = body as Record<string, unknown>
  if (Array.isArray(issues) && issues.length > 0) {
    const lines = issues.map((issue: { loc?: unknown[]; msg?: string }) =>
      `${(issue.loc ?? []).join('.')}: ${issue.msg ?? ''}`.trim(),
    )
    return lines.join('; ')
  }
  if (typeof detail === 'string') return detail
  if (typeof message === 'string') return message
  return JSON.stringify(body).slice(0, 500)
}

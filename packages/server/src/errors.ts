export type ErrorKind =
  | 'invalid' // 422: the request makes no sense as it is
  | 'bad_request' // 400
  | 'unauthenticated' // 401
  | 'forbidden' // 403
  | 'not_found' // 404: also everything outside one's workspace
  | 'conflict' // 409
  | 'gone' // 410
  | 'locked' // 423
  | 'throttled' // 429
  | 'unavailable' // 503

/**
 * An error that the caller caused or can mend. `code` is stable and listed in docs/errors.md; the message
 * names the value and the remedy. Everything else that is thrown is a bug and answers 500.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  /** Seconds after which to try again; sent as `Retry-After` with 423, 429 and 503. */
  readonly retryAfterSeconds: number | undefined

  constructor(kind: ErrorKind, code: string, message: string, retryAfterSeconds?: number) {
    super(message)
    this.name = new.target.name
    this.kind = kind
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export class NotFound extends DomainError {
  constructor(message: string, code = 'not_found') {
    super('not_found', code, message)
  }
}

export class Invalid extends DomainError {
  constructor(message: string, code = 'invalid') {
    super('invalid', code, message)
  }
}

export class Conflict extends DomainError {
  constructor(message: string, code = 'conflict') {
    super('conflict', code, message)
  }
}

export class Forbidden extends DomainError {
  constructor(message: string, code = 'forbidden') {
    super('forbidden', code, message)
  }
}

export class Unauthenticated extends DomainError {
  constructor(message = 'Invalid authentication credentials', code = 'unauthenticated') {
    super('unauthenticated', code, message)
  }
}

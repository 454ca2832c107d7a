import { DomainError, Invalid } from '../../errors.ts'

export class WrongCredentials extends DomainError {
  constructor() {
    super('unauthenticated', 'wrong_credentials', 'E-mail or password is wrong.')
  }
}

export class WrongPassword extends DomainError {
  constructor() {
    super('forbidden', 'wrong_password', 'The current password is wrong.')
  }
}

export class OnlyWayIn extends DomainError {
  constructor() {
    super(
      'conflict',
      'only_way_in',
      'This is your only way to sign in. Set a password first, or connect another account.',
    )
  }
}

export class Throttled extends DomainError {
  constructor(seconds: number) {
    super('throttled', 'too_many_attempts', `Too many attempts. Try again in ${seconds} s.`, seconds)
  }
}

export class SignupClosed extends DomainError {
  constructor() {
    super(
      'forbidden',
      'signup_closed',
      'Signing up is closed. Ask the owner of this instance to open it, or to make you an account.',
    )
  }
}

export class WrongSetupCode extends DomainError {
  constructor() {
    super(
      'forbidden',
      'wrong_setup_code',
      'The set-up code is missing or wrong. The server prints it when it starts.',
    )
  }
}

export class EmailTaken extends DomainError {
  constructor() {
    super(
      'conflict',
      'email_taken',
      'Somebody already signs in with this e-mail. Sign in, or reset the password.',
    )
  }
}

export class HandleTaken extends DomainError {
  constructor(handle: string) {
    super('conflict', 'handle_taken', `The handle "${handle}" is taken. Choose another.`)
  }
}

export class HandleInvalid extends Invalid {
  constructor(handle: string) {
    super(
      `"${handle}" is no handle: use 1 to 63 lower-case letters, digits and dashes, with no dash at either end.`,
      'handle_invalid',
    )
  }
}

export class EmailInvalid extends Invalid {
  constructor(email: string) {
    super(`"${email}" is no e-mail address.`, 'email_invalid')
  }
}

export class PasswordRefused extends Invalid {
  constructor(code: 'password_too_short' | 'password_too_long' | 'password_too_common', message: string) {
    super(message, code)
  }
}

export class ResetTokenInvalid extends DomainError {
  constructor() {
    super('gone', 'reset_token_invalid', 'This link was used or is too old. Ask for a new one.')
  }
}

export class CrossSiteRequest extends DomainError {
  constructor() {
    super(
      'forbidden',
      'cross_site_request',
      'A browser session changes things only from the pages of this address (Origin), with the header X-Orrery-Request: 1.',
    )
  }
}

export class SessionRequired extends DomainError {
  constructor() {
    super('forbidden', 'session_required', 'This is done in the browser, signed in; an API key cannot do it.')
  }
}

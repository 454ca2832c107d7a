import { Throttled } from './identity.errors.ts'

interface Rule {
  /** Attempts that cost nothing. */
  free: number
  /** The longest wait. */
  maxSeconds: number
}

/** A wrong guess at one account; the wait stays short, so that nobody can lock another out for long. */
const ACCOUNT: Rule = { free: 5, maxSeconds: 60 }
/** One address may be a whole office. */
const ADDRESS: Rule = { free: 20, maxSeconds: 15 * 60 }
/** What one address may ask for that sends mail or makes users. */
const REQUESTS: Rule = { free: 5, maxSeconds: 15 * 60 }

const FORGET_MILLIS = 60 * 60 * 1000
const MAX_ENTRIES = 20_000

interface Entry {
  count: number
  until: number
  last: number
}

/**
 * Back-off in memory, by address and by account: after the free attempts each further one doubles the wait.
 * Held by each process: with N of them an attacker has N times the guesses, which scrypt's cost outweighs.
 */
export class Throttle {
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number

  constructor(now: () => number = () => Date.now()) {
    this.#now = now
  }

  /**
   * Counts an attempt to sign in, or throws when the address or the account must wait. Counted before the
   * password is checked, which takes a while: else many guesses at once would all be free.
   */
  requireSignIn(address: string, account: string): void {
    this.#require(`a:${address}`)
    this.#require(`u:${account}`)
    this.#count(`a:${address}`, ADDRESS)
    this.#count(`u:${account}`, ACCOUNT)
  }

  /** The attempt was wrong: the wait runs from now, not from when checking it began. */
  failedSignIn(address: string, account: string): void {
    this.#wait(`a:${address}`, ADDRESS)
    this.#wait(`u:${account}`, ACCOUNT)
  }

  /** The attempt was right. The address's other failures stay: one may have an account oneself and guess at others. */
  signedIn(address: string, account: string): void {
    this.#entries.delete(`u:${account}`)
    const entry = this.#entries.get(`a:${address}`)
    if (!entry) return
    entry.count--
    entry.until = 0
  }

  /** Counts a request for `what` (a sign-up, a reset mail) and throws when there were too many. */
  requireRequest(what: string, who: string): void {
    const key = `${what}:${who}`
    this.#require(key)
    this.#count(key, REQUESTS)
  }

  forgive(what: string, who: string): void {
    this.#entries.delete(`${what}:${who}`)
  }

  #require(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    const wait = entry.until - this.#now()
    if (wait > 0) throw new Throttled(Math.ceil(wait / 1000))
  }

  #count(key: string, rule: Rule): void {
    const now = this.#now()
    const old = this.#entries.get(key)
    const count = old && now - old.last < FORGET_MILLIS ? old.count + 1 : 1
    if (this.#entries.size >= MAX_ENTRIES) this.#forgetOld(now)
    this.#entries.set(key, { count, until: 0, last: now })
    this.#wait(key, rule)
  }

  #wait(key: string, rule: Rule): void {
    const entry = this.#entries.get(key)
    const over = (entry?.count ?? 0) - rule.free
    if (!entry || over < 0) return
    entry.until = this.#now() + Math.min(rule.maxSeconds, 2 ** Math.min(over, 20)) * 1000
  }

  #forgetOld(now: number): void {
    for (const [key, entry] of this.#entries) if (now - entry.last > FORGET_MILLIS) this.#entries.delete(key)
    // Still full: an attack from many addresses. The oldest go, which Map keeps first.
    for (const key of this.#entries.keys()) {
      if (this.#entries.size < MAX_ENTRIES / 2) break
      this.#entries.delete(key)
    }
  }
}

import type { Config } from '../config.ts'
import type { Db } from '../db/db.ts'
import type { Clock } from '../scope.ts'
import type { Identity } from './auth.ts'

/** A logger with the four levels that modules use. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What routes and services get from outside. Passed explicitly; there is no container. */
export interface Context {
  db: Db
  clock: Clock
  config: Config
  log: Log
  identity: Identity
}

export { afterCommit, type Db, type Lane, type Outcome, type Reader, type Trx } from './db.ts'
export { insertMany, runSql, selectIn, updateMany } from './dialect/bulk.ts'
export { openDb } from './open.ts'
export type { Tables } from './tables.ts'

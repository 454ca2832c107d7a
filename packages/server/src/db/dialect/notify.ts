import { sql } from 'kysely'
import { afterCommit, type Db, type Trx } from '../db.ts'

/**
 * Tells every process on the database, as part of the transaction: on PostgreSQL the notification cannot be
 * lost between the commit and its sending, which `db.notify` allows. For rare writes: it takes a lock that
 * makes commits with notifications wait for each other.
 */
export async function notifyAtCommit(db: Db, trx: Trx, topic: string, payload: string): Promise<void> {
  if (db.dialect === 'sqlite') {
    afterCommit(trx, () => db.notify(topic, payload))
    return
  }
  const { CHANNEL } = await import('./postgres-channel.ts')
  const message = JSON.stringify({ topic, payload, from: '' })
  await sql`select pg_notify(${CHANNEL}, ${message})`.execute(trx)
}

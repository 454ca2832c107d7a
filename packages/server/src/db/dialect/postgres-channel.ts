import pg from 'pg'
import type { LocalTopics } from '../topics.ts'

export const CHANNEL = 'orrery'
/** Notifications are gathered this long: one statement carries many. */
const GATHER_MILLIS = 3

interface Message {
  topic: string
  payload: string
  from: string
}

/** Notifications between the processes on one PostgreSQL, by `LISTEN` on a connection of its own. */
export class PostgresChannel {
  listening = false
  readonly #url: string
  readonly #processId: string
  readonly #pool: pg.Pool
  readonly #topics: LocalTopics
  #client: pg.Client | null = null
  #pending: string[] = []
  #timer: NodeJS.Timeout | null = null
  #retry: NodeJS.Timeout | null = null
  #stopped = false
  readonly #relistened = new Set<() => void>()

  constructor(url: string, processId: string, pool: pg.Pool, topics: LocalTopics) {
    this.#url = url
    this.#processId = processId
    this.#pool = pool
    this.#topics = topics
  }

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true })
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    client.on('notification', (notification) => this.#receive(notification.payload))
    await client.connect()
    await client.query(`LISTEN ${CHANNEL}`)
    this.#client = client
    this.listening = true
  }

  notify(topic: string, payload: string): void {
    this.#topics.publish(topic, payload)
    const message: Message = { topic, payload, from: this.#processId }
    this.#pending.push(JSON.stringify(message))
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MILLIS)
  }

  onRelisten(fn: () => void): () => void {
    this.#relistened.add(fn)
    return () => this.#relistened.delete(fn)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#retry) clearTimeout(this.#retry)
    await this.#flush()
    this.listening = false
    await this.#client?.end().catch(() => {})
  }

  async #flush(): Promise<void> {
    this.#timer = null
    const messages = [...new Set(this.#pending)]
    this.#pending = []
    if (messages.length === 0) return
    // A failure here loses only the hint: readers also look by themselves, and keys are checked again
    // whenever listening was interrupted.
    await this.#pool
      .query(`SELECT pg_notify('${CHANNEL}', message) FROM unnest($1::text[]) AS message`, [messages])
      .catch(() => {})
  }

  #receive(text: string | undefined): void {
    if (!text) return
    const message = JSON.parse(text) as Message
    if (message.from !== this.#processId) this.#topics.publish(message.topic, message.payload)
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client || this.#stopped) return
    this.#client = null
    this.listening = false
    client.end().catch(() => {})
    this.#reconnect(100)
  }

  #reconnect(delay: number): void {
    this.#retry = setTimeout(async () => {
      if (this.#stopped) return
      try {
        await this.start()
        for (const fn of this.#relistened) fn()
      } catch {
        this.#reconnect(Math.min(delay * 2, 5000))
      }
    }, delay)
  }
}

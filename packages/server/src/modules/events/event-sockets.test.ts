import { newId, systemNow, toIso } from '@orrery/schemas'
import { eachDatabase, startServer, type TestServer } from '@orrery/testing'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TestSocket } from './testing/sockets.ts'

const event = (resourceId: string, payload: Record<string, unknown> = {}) => ({
  id: newId(),
  occurred: toIso(systemNow()),
  event: 'thing.happened',
  resource: { 'prefect.resource.id': resourceId },
  payload,
})
const idsOf = (client: TestSocket) =>
  client.messages.map((message) => (message.event as { id: string } | undefined)?.id)

eachDatabase((database) => {
  let server: TestServer
  let url: string
  const clients: TestSocket[] = []
  beforeAll(async () => {
    url = await database.url()
    server = await startServer({ flags: { local: true, databaseUrl: url } })
  }, 60_000)
  afterEach(() => {
    for (const client of clients.splice(0)) client.ws.terminate()
  })
  afterAll(() => server.stop())

  const connect = (path: string, at: TestServer = server) => {
    const client = new TestSocket(`${at.url}/api${path}`)
    clients.push(client)
    return client.authenticated()
  }
  const countOf = async (resourceId: string) => {
    const rows = await server.context.db.read
      .selectFrom('events')
      .select((eb) => eb.fn.countAll().as('count'))
      .where('resource_id', '=', resourceId)
      .executeTakeFirstOrThrow()
    return Number(rows.count)
  }
  /** Keeps events from being committed until the returned function is called. */
  const holdCommits = async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    let held = () => {}
    const holding = new Promise<void>((resolve) => {
      held = resolve
    })
    const done = server.context.db.write(async (trx) => {
      if (database.name === 'postgres') await sql`LOCK TABLE events IN EXCLUSIVE MODE`.execute(trx)
      held()
      await gate
    })
    await holding
    return () => {
      release()
      return done
    }
  }

  it('answers a ping only after the commit of everything that came before it', async () => {
    const resourceId = `thing.${newId()}`
    const client = await connect('/events/in')
    const release = await holdCommits()
    client.send(event(resourceId))
    client.ws.ping()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(client.pongs).toBe(0)
    await release()
    await client.until(() => client.pongs === 1)
    expect(await countOf(resourceId)).toBe(1)
  })

  it('stops reading instead of dropping while events wait to be written', async () => {
    const resourceId = `thing.${newId()}`
    const client = await connect('/events/in')
    const release = await holdCommits()
    const filler = 'x'.repeat(4000)
    for (let index = 0; index < 8000; index++) client.send(event(resourceId, { filler }))
    let before = -1
    // The system's buffers fill up, then nothing moves any more.
    while (before !== client.ws.bufferedAmount) {
      before = client.ws.bufferedAmount
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(before).toBeGreaterThan(5_000_000)
    await release()
    await client.ping()
    expect(await countOf(resourceId)).toBe(8000)
  }, 60_000)

  it('leaves out an event that makes no sense and keeps its neighbours', async () => {
    const resourceId = `thing.${newId()}`
    const client = await connect('/events/in')
    client.send(event(resourceId))
    client.ws.send('no json')
    client.send({ ...event(resourceId), id: 'no uuid' })
    client.send({ ...event(resourceId), resource: {} })
    client.send(event(resourceId))
    await client.ping()
    expect(client.closed).toBeNull()
    expect(await countOf(resourceId)).toBe(2)
  })

  it('stores U+0000 and half a surrogate pair as U+FFFD', async () => {
    const resourceId = `thing.${newId()}`
    const client = await connect('/events/in')
    client.ws.send(
      JSON.stringify({ ...event(resourceId, { text: 'HERE' }), event: 'odd.HERE' }).replaceAll(
        'HERE',
        'a\\u0000b\\ud800c',
      ),
    )
    await client.ping()
    const response = await fetch(`${server.url}/api/events/filter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        filter: { resource: { id: [resourceId], labels: { 'prefect.resource.id': 'thing.*' } } },
      }),
    })
    const page = (await response.json()) as { events: { event: string; payload: { text: string } }[] }
    expect(page.events[0]?.payload.text.replace('\0', '\ufffd')).toBe('a\ufffdb\ufffdc')
    expect(page.events[0]?.event.replace('\0', '\ufffd')).toBe('odd.a\ufffdb\ufffdc')
  })

  it('keeps the digits of long integers', async () => {
    const resourceId = `thing.${newId()}`
    const client = await connect('/events/in')
    client.ws.send(
      JSON.stringify(event(resourceId, { big: 'BIG' })).replace('"BIG"', '123456789012345678901234567890'),
    )
    await client.ping()
    const row = await server.context.db.read
      .selectFrom('events')
      .select('payload')
      .where('resource_id', '=', resourceId)
      .executeTakeFirstOrThrow()
    expect(row.payload).toBe('{"big":123456789012345678901234567890}')
  })

  it('closes with 1002 when the second message of /events/out is no filter', async () => {
    const client = await connect('/events/out')
    client.send({ type: 'hello' })
    await client.until(() => client.closed !== null)
    expect(client.closed).toEqual({ code: 1002, reason: "Expected 'filter' message" })
    const other = await connect('/events/out')
    other.send({ type: 'filter', filter: { occurred: { since: 'yesterday' } } })
    await other.until(() => other.closed !== null)
    expect(other.closed?.code).toBe(1002)
  })

  it('says when a subscription stands, to who asks for it, before it replays', async () => {
    const resourceId = `thing.${newId()}`
    const sender = await connect('/events/in')
    const stored = event(resourceId)
    sender.send(stored)
    await sender.ping()
    const client = await connect('/events/out')
    client.send({ type: 'filter', filter: { resource: { id: [resourceId] } }, acknowledge: true })
    await client.until(() => client.messages.length > 1)
    expect(client.messages[0]).toEqual({ type: 'subscribed' })
    expect(idsOf(client).slice(1)).toEqual([stored.id])
  })

  it('replays from a moment on where one is named, and tells what arrives late all the same', async () => {
    const resourceId = `thing.${newId()}`
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
    const sender = await connect('/events/in')
    const [old, recent, late] = [50, 2, 50].map((s) => ({ ...event(resourceId), occurred: ago(s) }))
    sender.send(old)
    sender.send(recent)
    await sender.ping()
    const client = await connect('/events/out')
    const filter = { resource: { id: [resourceId] }, occurred: { since: ago(60) } }
    client.send({ type: 'filter', filter, backfill_since: ago(10), acknowledge: true })
    await client.until(() => client.messages.length > 1)
    sender.send(late)
    await client.until(() => client.messages.length > 2)
    expect(idsOf(client).slice(1)).toEqual([recent?.id, late?.id])
    const wrong = await connect('/events/out')
    wrong.send({ type: 'filter', filter, backfill_since: 'yesterday' })
    await wrong.until(() => wrong.closed !== null)
    expect(wrong.closed).toEqual({
      code: 1002,
      reason: expect.stringContaining('"yesterday" is not an ISO 8601 instant'),
    })
  })

  it('streams only what the filter asks for, by related resources too', async () => {
    const flowRun = `prefect.flow-run.${newId()}`
    const client = await connect('/events/out')
    client.send({ type: 'filter', filter: { related: [{ id: [flowRun], role: ['flow-run'] }] } })
    const sender = await connect('/events/in')
    const related = (role: string) => [{ 'prefect.resource.id': flowRun, 'prefect.resource.role': role }]
    const wanted = { ...event('thing.1'), related: related('flow-run') }
    sender.send({ ...event('thing.1'), related: related('parent') })
    sender.send(event(flowRun))
    sender.send(wanted)
    await sender.ping()
    await client.until(() => client.messages.length > 0)
    expect(idsOf(client)).toEqual([wanted.id])
  })

  it('closes with 1001 when the server stops', async () => {
    const other = await startServer({
      flags: { local: true, databaseUrl: database.name === 'postgres' ? url : await database.url() },
    })
    const client = await connect('/events/in', other)
    const resourceId = `thing.${newId()}`
    for (let index = 0; index < 500; index++) client.send(event(resourceId))
    await client.ping()
    const stopped = other.stop()
    await client.until(() => client.closed !== null)
    await stopped
    expect(client.closed?.code).toBe(1001)
  })

  if (database.name === 'postgres')
    describe('two processes on one database', () => {
      let second: TestServer
      beforeAll(async () => {
        second = await startServer({ flags: { local: true, databaseUrl: url } })
      })
      afterAll(() => second.stop())

      it('stream each other’s events once and in order', async () => {
        const resourceId = `thing.${newId()}`
        const listeners = [await connect('/events/out', server), await connect('/events/out', second)]
        for (const listener of listeners)
          listener.send({ type: 'filter', filter: { resource: { id: [resourceId] } } })
        const senders = [await connect('/events/in', server), await connect('/events/in', second)]
        const sent: [string[], string[]] = [[], []]
        for (let index = 0; index < 400; index++) {
          const item = event(resourceId)
          sent[(index % 2) as 0 | 1].push(item.id)
          senders[index % 2]?.send(item)
          if (index % 50 === 0) await Promise.all(senders.map((sender) => sender.ping()))
        }
        await Promise.all(senders.map((sender) => sender.ping()))
        for (const listener of listeners) {
          await listener.until(() => listener.messages.length >= 400)
          const seen = idsOf(listener)
          expect(seen).toHaveLength(400)
          expect(new Set(seen).size).toBe(400)
          // Each sender's own order is kept; the two senders are concurrent.
          for (const mine of sent) expect(seen.filter((id) => mine.includes(id ?? ''))).toEqual(mine)
        }
      }, 30_000)

      it('see a row that was written before and committed after another one', async () => {
        const resourceId = `thing.${newId()}`
        const listener = await connect('/events/out', second)
        listener.send({ type: 'filter', filter: { resource: { id: [resourceId] } } })
        await new Promise((resolve) => setTimeout(resolve, 100))
        const insert = (item: ReturnType<typeof event>) => sql`
          INSERT INTO events (id, workspace_id, occurred, received, event, resource_id, resource, related, payload)
          VALUES (${item.id}, '00000000-0000-7000-8000-000000000002', ${systemNow()}, ${systemNow()}, ${item.event},
                  ${resourceId}, ${JSON.stringify(item.resource)}, '[]', '{}')`
        const late = event(resourceId)
        const early = event(resourceId)
        await server.context.db.write(async (slow) => {
          await insert(late).execute(slow)
          await server.context.db.write((quick) => insert(early).execute(quick))
          await new Promise((resolve) => setTimeout(resolve, 300))
        })
        await listener.until(() => listener.messages.length >= 2)
        expect(idsOf(listener).sort()).toEqual([late.id, early.id].sort())
      })
    })
})

import { newId, systemNow, toIso } from '@orrery/schemas'
import { eachDatabase, startServer, type TestServer } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestSocket } from './testing/sockets.ts'
import { taskRunEvent } from './testing/task-run-events.ts'

eachDatabase((database) => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ flags: { local: true, databaseUrl: await database.url() } })
  }, 60_000)
  afterAll(() => server.stop())

  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${server.url}/api${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : null }
  }
  const socket = (path: string, options = {}) => new TestSocket(`${server.url}/api${path}`, options)
  const event = (fields: Record<string, unknown> = {}) => ({
    id: newId(),
    occurred: toIso(systemNow()),
    event: 'thing.happened',
    resource: { 'prefect.resource.id': `thing.${newId()}` },
    related: [],
    payload: {},
    ...fields,
  })
  const ids = (page: { body: { events: { id: string }[] } }) => page.body.events.map((item) => item.id)

  it('stores what comes over the socket before it answers the ping', async () => {
    const resource = { 'prefect.resource.id': `thing.${newId()}` }
    const sent = Array.from({ length: 300 }, (_, index) => event({ resource, payload: { index } }))
    const client = await socket('/events/in').authenticated()
    for (const item of sent) client.send(item)
    await client.ping()
    const page = await post('/events/filter', {
      filter: { resource: { id: [resource['prefect.resource.id']] }, order: 'ASC' },
      limit: 200,
    })
    expect(page.body.total).toBe(300)
    expect(ids(page)).toEqual(sent.slice(0, 200).map((item) => item.id))
    await client.close()
  })

  it('records a task run in the transaction of its event', async () => {
    const taskRunId = newId()
    const client = await socket('/events/in', { plain: true }).open()
    const at = systemNow()
    client.send(taskRunEvent({ taskRunId, type: 'PENDING', at }))
    client.send(
      taskRunEvent({
        taskRunId,
        type: 'RUNNING',
        at: at + 5,
        taskRun: { start_time: toIso(at + 5), run_count: 1 },
      }),
    )
    await client.ping()
    const row = await server.context.db.read
      .selectFrom('task_runs')
      .selectAll()
      .where('id', '=', taskRunId)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      name: 'add-0',
      task_key: 'add-1a2b',
      state_type: 'RUNNING',
      state_timestamp: at + 5,
      start_time: at + 5,
      run_count: 1,
      tags: '["nightly"]',
    })
    const states = await server.context.db.read
      .selectFrom('task_run_states')
      .select(['type', 'timestamp'])
      .where('task_run_id', '=', taskRunId)
      .orderBy('timestamp')
      .execute()
    expect(states).toEqual([
      { type: 'PENDING', timestamp: at },
      { type: 'RUNNING', timestamp: at + 5 },
    ])
    await client.close()
  })

  it('pages through a query whose bounds stay as they were', async () => {
    const resource = { 'prefect.resource.id': `thing.${newId()}` }
    const sent = Array.from({ length: 5 }, () => event({ resource }))
    expect((await post('/events', sent)).status).toBe(204)
    const first = await post('/events/filter', {
      filter: { resource: { id: [resource['prefect.resource.id']] } },
      limit: 2,
    })
    expect(first.body.next_page).toMatch(/^http:\/\/.*\/api\/events\/filter\/next\?page-token=/)
    await post('/events', [event({ resource })])
    const seen = ids(first)
    let next = first.body.next_page
    while (next) {
      const page = (await (await fetch(next)).json()) as {
        events: { id: string }[]
        total: number
        next_page: string
      }
      seen.push(...page.events.map((item: { id: string }) => item.id))
      expect(page.total).toBe(5)
      next = page.next_page
    }
    expect(seen).toEqual(sent.map((item) => item.id).reverse())
  })

  it('refuses a page token that it did not make', async () => {
    const response = await fetch(`${server.url}/api/events/filter/next?page-token=nonsense`)
    expect(response.status).toBe(403)
  })

  it('replays stored events and goes on live without a gap or a repetition', async () => {
    const resource = { 'prefect.resource.id': `thing.${newId()}` }
    const sent: string[] = []
    const write = async (count: number) => {
      const events = Array.from({ length: count }, () => event({ resource }))
      sent.push(...events.map((item) => item.id))
      await post('/events', events)
    }
    await write(600)
    const client = await socket('/events/out').authenticated()
    client.send({
      type: 'filter',
      filter: {
        resource: { id: [resource['prefect.resource.id']] },
        id: { id: [] },
        occurred: { until: '2100-01-01T00:00:00Z' },
      },
    })
    for (let round = 0; round < 20; round++) await write(20)
    await client.until(() => client.messages.length >= sent.length)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(client.messages.map((message) => (message.event as { id: string }).id)).toEqual(sent)
    expect(client.messages[0]?.event).toMatchObject({ event: 'thing.happened', follows: null })
    await client.close()
  })
})

describe('sockets', () => {
  it('answers 404 on a path that does not exist', async () => {
    const server = await startServer({ flags: { local: true } })
    const client = new TestSocket(`${server.url}/api/events/sideways`)
    let status = 0
    client.ws.on('unexpected-response', (_request, response) => {
      status = response.statusCode ?? 0
    })
    await client.until(() => status > 0)
    expect(status).toBe(404)
    client.ws.terminate()
    await server.stop()
  })
})

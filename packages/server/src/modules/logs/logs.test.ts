import { newId, systemNow, toIso } from '@orrery/schemas'
import { eachDatabase, startServer, type TestServer } from '@orrery/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TestSocket } from '../events/testing/sockets.ts'

interface Line {
  message: string
  level: number
  timestamp: string
}

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

  const post = (path: string, body: unknown, at: TestServer = server) =>
    fetch(`${at.url}/api${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const filter = async (body: unknown) => (await (await post('/logs/filter', body)).json()) as Line[]
  const messages = async (logs: unknown, more: object = {}) =>
    (await filter({ logs, ...more })).map((line) => line.message)
  let clock = systemNow()
  const line = (message: string, fields: Record<string, unknown> = {}) => ({
    name: 'prefect.flow_runs',
    level: 20,
    message,
    timestamp: toIso(clock++),
    flow_run_id: null,
    task_run_id: null,
    ...fields,
  })
  const listen = async (logs: unknown, at: TestServer = server) => {
    const client = await new TestSocket(`${at.url}/api/logs/out`).authenticated()
    clients.push(client)
    client.send({ type: 'filter', filter: logs, acknowledge: true })
    // Live only: what is written before this would be missed.
    await client.until(() => client.messages.length > 0)
    expect(client.messages.shift()).toEqual({ type: 'subscribed' })
    return client
  }

  it('answers lines as they were sent, oldest first', async () => {
    const run = newId()
    const sent = [line('one', { flow_run_id: run }), line('two', { flow_run_id: run, level: 40 })]
    const response = await post('/logs/', sent)
    expect(response.status).toBe(201)
    expect(await filter({ logs: { flow_run_id: { any_: [run] } } })).toEqual(
      sent.map((item) => ({
        ...item,
        id: expect.any(String),
        created: expect.any(String),
        updated: expect.any(String),
        worker_id: null,
      })),
    )
    expect(await messages({ flow_run_id: { any_: [run] } }, { sort: 'TIMESTAMP_DESC' })).toEqual([
      'two',
      'one',
    ])
  })

  it('keeps the order of lines with one timestamp', async () => {
    const run = newId()
    const at = toIso(clock++)
    const sent = Array.from({ length: 50 }, (_, index) =>
      line(`m${index}`, { flow_run_id: run, timestamp: at }),
    )
    await post('/logs/', sent)
    expect(await messages({ flow_run_id: { any_: [run] } }, { limit: 20, offset: 10 })).toEqual(
      sent.slice(10, 30).map((item) => item.message),
    )
  })

  it('filters by level, time, task run and text', async () => {
    const [run, task] = [newId(), newId()]
    const sent = [
      line('Starting up', { flow_run_id: run }),
      line('100% of disk_a used', { flow_run_id: run, level: 30, task_run_id: task }),
      line('Connection refused by db', { flow_run_id: run, level: 40 }),
    ]
    await post('/logs/', sent)
    const ofRun = (more: object) => messages({ flow_run_id: { any_: [run] }, ...more })
    expect(await ofRun({ level: { ge_: 30, le_: 39 } })).toEqual(['100% of disk_a used'])
    expect(await ofRun({ timestamp: { after_: sent[1]?.timestamp } })).toHaveLength(2)
    expect(await ofRun({ timestamp: { before_: sent[1]?.timestamp } })).toHaveLength(2)
    expect(await ofRun({ task_run_id: { any_: [task] } })).toEqual(['100% of disk_a used'])
    expect(await ofRun({ task_run_id: { is_null_: true } })).toHaveLength(2)
    expect(await ofRun({ text: { query: 'starting REFUSED' } })).toHaveLength(2)
    expect(await ofRun({ text: { query: 'starting refused -db' } })).toEqual(['Starting up'])
    expect(await ofRun({ text: { query: '"refused by" +connection' } })).toEqual(['Connection refused by db'])
    expect(await ofRun({ text: { query: '100%' } })).toHaveLength(1)
    expect(await ofRun({ text: { query: 'disk_' } })).toHaveLength(1)
    expect(await ofRun({ text: { query: 'disk%used' } })).toEqual([])
    expect(await messages({ flow_run_id: { any_: [] } })).toEqual([])
  })

  it('takes a line of a worker without a flow run, and text that PostgreSQL cannot store', async () => {
    const [worker, name] = [newId(), `odd-${newId()}`]
    const response = await post('/logs/', [
      line('a\0b\ud800c', { name, worker_id: worker, flow_run_id: undefined, extra: true }),
    ])
    expect(response.status).toBe(201)
    const row = await server.context.db.read
      .selectFrom('logs')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({ worker_id: worker, flow_run_id: null, message: 'a\ufffdb\ufffdc' })
  })

  it('names the line that makes no sense', async () => {
    const response = await post('/logs/', [line('fine'), line('bad', { timestamp: 'soon' })])
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({
      code: 'invalid_log',
      detail: 'Log 1 of the batch is not valid: timestamp must be an ISO 8601 instant',
    })
  })

  it('takes a batch of four megabytes', async () => {
    const run = newId()
    const sent = Array.from({ length: 9000 }, (_, index) =>
      line(`${index} ${'x'.repeat(230)}`, { flow_run_id: run }),
    )
    expect(JSON.stringify(sent).length).toBeGreaterThan(3_500_000)
    expect((await post('/logs/', sent)).status).toBe(201)
    const page = await messages({ flow_run_id: { any_: [run] } }, { offset: 8900 })
    expect(page).toEqual(sent.slice(8900).map((item) => item.message))
  })

  it('gives all lines of a flow run as CSV', async () => {
    const flow = (await (await post('/flows/', { name: `csv-${newId()}` })).json()) as { id: string }
    const created = await post('/flow_runs/', {
      flow_id: flow.id,
      name: 'my run',
      state: { type: 'PENDING' },
    })
    const run = (await created.json()) as { id: string }
    const sent = Array.from({ length: 1500 }, (_, index) => line(`line ${index}`, { flow_run_id: run.id }))
    sent[1] = { ...sent[1]!, message: 'says "hi",\nthen goes' }
    await post('/logs/', sent)
    const response = await fetch(`${server.url}/api/flow_runs/${run.id}/logs/download`)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toContain('my%20run-logs.csv')
    const lines = (await response.text()).split('\r\n')
    expect(lines[0]).toBe('timestamp,level,flow_run_id,task_run_id,message')
    expect(lines[2]).toMatch(/,20,[0-9a-f-]{36},,"says ""hi"",\nthen goes"$/)
    expect(lines).toHaveLength(1502)
    expect((await fetch(`${server.url}/api/flow_runs/${newId()}/logs/download`)).status).toBe(404)
  })

  it('streams lines as they are committed, only those asked for', async () => {
    const run = newId()
    await post('/logs/', [line('before', { flow_run_id: run })])
    const client = await listen({ flow_run_id: { any_: [run] }, level: { ge_: 20 } })
    await post('/logs/', [
      line('debug', { flow_run_id: run, level: 10 }),
      line('other', { flow_run_id: newId() }),
      line('wanted', { flow_run_id: run }),
    ])
    await client.until(() => client.messages.length > 0)
    expect(client.messages).toMatchObject([{ type: 'log', log: { message: 'wanted', flow_run_id: run } }])
  })

  if (database.name === 'postgres')
    describe('two processes on one database', () => {
      it('stream each other’s lines once and in order', async () => {
        const second = await startServer({ flags: { local: true, databaseUrl: url } })
        const run = newId()
        const client = await listen({ flow_run_id: { any_: [run] } }, second)
        const sent: string[] = []
        for (let batch = 0; batch < 20; batch++) {
          const lines = Array.from({ length: 100 }, (_, index) =>
            line(`${batch}-${index}`, { flow_run_id: run }),
          )
          sent.push(...lines.map((item) => item.message))
          await post('/logs/', lines, batch % 2 ? server : second)
        }
        await client.until(() => client.messages.length >= sent.length)
        expect(client.messages.map((message) => (message.log as Line).message)).toEqual(sent)
        await second.stop()
      }, 30_000)
    })
})

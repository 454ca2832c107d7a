import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adminBootstrap } from '@orrery/server'
import { startServer, type TestServer } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newHome, runCli } from './test-support/run-cli.ts'

const json = async (home: string, args: string[], env: Record<string, string>) => {
  const answer = await runCli(home, [...args, '-o', 'json'], { env })
  expect(answer).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(answer.stdout)
}

describe('in local mode', () => {
  let server: TestServer
  let env: Record<string, string>
  const home = newHome()
  const api = async (method: string, path: string, body: unknown) => {
    const answer = await runCli(home, ['api', method, path, '--data', JSON.stringify(body)], { env })
    expect(answer).toMatchObject({ code: 0, stderr: '' })
    return JSON.parse(answer.stdout)
  }

  beforeAll(async () => {
    server = await startServer({ flags: { local: true } })
    env = { PREFECT_API_URL: `${server.url}/api` }
  })
  afterAll(() => server.stop())

  test('a run is made, listed, inspected, watched, cancelled and deleted', async () => {
    const flow = await api('POST', '/flows/', { name: 'etl' })
    const run = await api('POST', '/flow_runs/', {
      flow_id: flow.id,
      name: 'first-run',
      parameters: { pages: 3 },
      state: { type: 'SCHEDULED', state_details: {} },
    })
    await api('POST', '/logs/', [
      ...['hello', 'world'].map((message, index) => ({
        name: 'prefect.flow_runs',
        level: 20 + index * 20,
        message,
        timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
        flow_run_id: run.id,
      })),
    ])

    expect((await json(home, ['flow', 'ls'], env)).map((each: { name: string }) => each.name)).toEqual([
      'etl',
    ])
    const listed = await runCli(home, ['flow-run', 'ls', '--state', 'scheduled', '--flow-name', 'etl'], {
      env,
    })
    expect(listed.stdout).toMatch(new RegExp(`${run.id} +etl +first-run +Scheduled`))
    expect(await json(home, ['flow-run', 'inspect', 'first-run'], env)).toMatchObject({
      id: run.id,
      parameters: { pages: 3 },
    })
    const logs = await runCli(home, ['flow-run', 'logs', run.id, '--tail', '-n', '1'], { env })
    expect(logs.stdout).toMatch(/\| ERROR {3}\| Flow run 'first-run' - world\n$/)

    expect((await runCli(home, ['flow-run', 'cancel', 'first-run'], { env })).code).toBe(0)
    const watched = await runCli(home, ['flow-run', 'watch', run.id], { env })
    expect(watched).toMatchObject({
      code: 1,
      stderr: "Flow run 'first-run' already finished in 'Cancelled'.\n",
    })
    expect((await runCli(home, ['flow-run', 'delete', run.id], { env })).code).toBe(0)
    expect(await json(home, ['flow-run', 'ls'], env)).toEqual([])
  })

  test('watch follows a run to its end', async () => {
    const flow = await api('POST', '/flows/', { name: 'watched' })
    const run = await api('POST', '/flow_runs/', {
      flow_id: flow.id,
      name: 'to-watch',
      state: { type: 'PENDING' },
    })
    const watching = runCli(home, ['flow-run', 'watch', 'to-watch'], { env })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await api('POST', `/flow_runs/${run.id}/set_state`, { state: { type: 'RUNNING' } })
    await api('POST', `/flow_runs/${run.id}/set_state`, { state: { type: 'COMPLETED' } })
    const answer = await watching
    expect(answer).toMatchObject({ code: 0 })
    expect(answer.stdout).toContain("Flow run 'to-watch' finished in 'Completed'.")
    expect(answer.stdout).toMatch(/\| Pending \| to-watch/)
  })

  test('the server answers status, and an unknown path is exit code 4', async () => {
    expect(await json(home, ['server', 'status'], env)).toMatchObject({
      status: 'available',
      server_version: '3.9.1',
    })
    expect((await runCli(home, ['api', 'GET', '/nowhere'], { env })).code).toBe(4)
  })
})

describe('with accounts', () => {
  let server: TestServer
  let key: string
  const home = newHome()

  beforeAll(async () => {
    server = await startServer()
    const made = await adminBootstrap(server.context.config, {
      email: 'cli@example.com',
      password: 'a long password for the tests',
      workspace: 'Main',
    })
    key = made.api_key
  })
  afterAll(() => server.stop())

  test('login, a second workspace, and switching between them', async () => {
    const wrong = await runCli(home, ['cloud', 'login', '-s', server.url, '-k', 'pnu_wrong', '-w', 'x/y'])
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('Unable to authenticate') })

    const known = await runCli(home, ['cloud', 'login', '-s', server.url, '-k', key, '-w', 'x/y'])
    const handle = /Available workspaces: (\S+)/.exec(known.stderr)?.[1] ?? ''
    expect(handle).toMatch(/\/main$/)
    expect((await runCli(home, ['cloud', 'login', '-s', server.url, '-k', key, '-w', handle])).code).toBe(0)
    expect(readFileSync(join(home, 'profiles.toml'), 'utf8')).toContain(
      `PREFECT_CLOUD_API_URL = "${server.url}/api"\n`,
    )

    const created = await json(home, ['cloud', 'workspace', 'create', 'Second One'], {})
    expect(created).toMatchObject({ name: 'Second One', handle: 'second-one' })
    const account = handle.split('/')[0]
    expect((await runCli(home, ['cloud', 'workspace', 'set', '-w', `${account}/second-one`])).code).toBe(0)
    const listed = await runCli(home, ['cloud', 'workspace', 'ls'])
    expect(listed.stdout).toMatch(
      new RegExp(`^\\* {2}${account}/second-one +Second One +${created.id}$`, 'm'),
    )

    expect(await json(home, ['flow-run', 'ls'], {})).toEqual([])
    expect(JSON.parse((await runCli(home, ['api', '--root', 'GET', '/me/workspaces'])).stdout).length).toBe(2)
    expect((await runCli(home, ['profile', 'use', 'ephemeral'])).stdout).toContain('Connected to')
  })

  test('a key that is not known is told apart from a server that is not there', async () => {
    const other = newHome()
    await runCli(other, ['cloud', 'login', '-s', server.url, '-k', key, '-w', 'x/y'])
    await runCli(other, [
      'config',
      'set',
      `PREFECT_CLOUD_API_URL=${server.url}/api`,
      'PREFECT_API_KEY=pnu_wrong',
    ])
    await runCli(other, ['config', 'set', `PREFECT_API_URL=${server.url}/api`])
    const answer = await runCli(other, ['profile', 'use', 'ephemeral'])
    expect(answer).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Log in with: orrery cloud login'),
    })
  })
})

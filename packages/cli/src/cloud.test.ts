import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loginWithBrowser } from './browser-login.ts'
import { Cli } from './cli.ts'
import { newHome, runCli } from './test-support/run-cli.ts'
import { StubServer } from './test-support/stub-server.ts'

const ACCOUNT = '0199aaaa-0000-7000-8000-00000000000a'
const workspace = (handle: string, last: string) => ({
  account_id: ACCOUNT,
  account_name: 'Acme',
  account_handle: 'acme',
  workspace_id: `0199aaaa-0000-7000-8000-00000000000${last}`,
  workspace_name: handle,
  workspace_description: '',
  workspace_handle: handle,
})
const WORKSPACES = [workspace('production', '1'), workspace('staging', '2')]
const [PRODUCTION, STAGING] = WORKSPACES

function startServer(workspaces: unknown[] = WORKSPACES): Promise<StubServer> {
  return StubServer.start({
    'GET /api/me/workspaces': ({ headers }) =>
      headers.authorization === 'Bearer pnu_good'
        ? { body: workspaces }
        : { status: 401, body: { detail: 'no' } },
    'GET /api/me/accounts': { body: [{ account_id: ACCOUNT, account_handle: 'acme' }] },
    [`POST /api/accounts/${ACCOUNT}/workspaces/`]: () => {
      const made = workspace('new', '3')
      workspaces.push(made)
      return { status: 201, body: { id: made.workspace_id, name: 'New' } }
    },
  })
}

const file = (home: string) => readFileSync(join(home, 'profiles.toml'), 'utf8')
const login = (server: StubServer, ...args: string[]) => ['cloud', 'login', '--server', server.api, ...args]

test('login with a key writes the key, the workspace and the cloud’s address', async () => {
  await using server = await startServer()
  const home = newHome()
  const answer = await runCli(home, login(server, '-k', 'pnu_good', '-w', 'acme/staging'))
  expect(answer).toMatchObject({
    code: 0,
    stdout: "Logged in. Profile 'ephemeral' uses workspace 'acme/staging'.\n",
  })
  expect(file(home)).toContain('PREFECT_API_KEY = "pnu_good"\n')
  expect(file(home)).toContain(`PREFECT_CLOUD_API_URL = "${server.api}"\n`)
  expect(file(home)).toContain(
    `PREFECT_API_URL = "${server.api}/accounts/${ACCOUNT}/workspaces/${STAGING?.workspace_id}"\n`,
  )
})

test('the server is found by PREFECT_API_URL when nothing else says where it is', async () => {
  await using server = await startServer()
  const home = newHome()
  await runCli(home, ['config', 'set', `PREFECT_API_URL=${server.api}`])
  const answer = await runCli(home, ['cloud', 'login', '-k', 'pnu_good', '-w', 'acme/staging'])
  expect(answer.code).toBe(0)
})

test('a wrong key, a wrong workspace and a missing terminal are refused, and nothing is written', async () => {
  await using server = await startServer()
  const home = newHome()
  const wrongKey = await runCli(home, login(server, '-k', 'nonsense', '-w', 'acme/staging'))
  expect(wrongKey).toMatchObject({ code: 1 })
  expect(wrongKey.stderr).toContain(`Unable to authenticate at ${server.api}. A key begins with pnu_ or pnb_`)
  const wrongWorkspace = await runCli(home, login(server, '-k', 'pnu_good', '-w', 'acme/x'))
  expect(wrongWorkspace.stderr).toContain('Available workspaces: acme/production, acme/staging')
  const noTerminal = await runCli(home, login(server))
  expect(noTerminal.stderr).toContain('--key KEY --workspace ACCOUNT/WORKSPACE')
  const shadowed = await runCli(home, login(server, '-k', 'pnu_good', '-w', 'acme/staging'), {
    env: { PREFECT_API_KEY: 'pnu_other' },
  })
  expect(shadowed.stderr).toContain('unset PREFECT_API_KEY')
  expect(() => file(home)).toThrow(/ENOENT/)
})

test('login in the browser takes the key that the page posts, and asks for the workspace', async () => {
  await using server = await startServer()
  const home = newHome()
  const statuses: number[] = []
  const answer = await runCli(home, login(server), {
    answers: ['1', '2'],
    onBrowser: async (url) => {
      const page = new URL(url)
      const callback = page.searchParams.get('callback') ?? ''
      const post = (path: string, body: unknown) =>
        fetch(callback.replace('localhost', '127.0.0.1') + path, {
          method: 'POST',
          headers: { origin: page.origin, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      const { origin } = new URL(callback.replace('localhost', '127.0.0.1'))
      statuses.push((await fetch(`${origin}/success`, { method: 'POST', body: '{"api_key":"evil"}' })).status)
      const answered = await post('/success', { api_key: 'pnu_good' })
      statuses.push(answered.status)
      expect(answered.headers.get('access-control-allow-origin')).toBe(page.origin)
    },
  })
  expect(answer.code).toBe(0)
  expect(statuses).toEqual([404, 200])
  expect(new URL(answer.opened[0] ?? '').pathname).toBe('/auth/client')
  expect(file(home)).toContain('PREFECT_API_KEY = "pnu_good"')
  expect(file(home)).toContain(STAGING?.workspace_id)
})

test('a refusal in the browser ends the login with its reason', async () => {
  await using server = await startServer()
  const answer = await runCli(newHome(), login(server), {
    answers: ['1'],
    onBrowser: (url) => {
      const callback = new URL(url).searchParams.get('callback')?.replace('localhost', '127.0.0.1')
      void fetch(`${callback}/failure`, { method: 'POST', body: '{"reason":"not now"}' })
    },
  })
  expect(answer).toMatchObject({ code: 1, stderr: 'Not logged in: not now\n' })
})

test('a browser that never answers ends the login', async () => {
  const cli = new Cli({
    env: {},
    cwd: '/',
    stdin: process.stdin,
    stdout: { write: () => true },
    stderr: { write: () => true },
    openBrowser: async () => true,
  })
  await expect(loginWithBrowser(cli, 'http://127.0.0.1:1', 0.05)).rejects.toThrow(
    'No answer from the browser within 0.05 seconds',
  )
})

test('a workspace is listed, chosen, created and opened', async () => {
  await using server = await startServer([...WORKSPACES])
  const home = newHome()
  await runCli(home, login(server, '-k', 'pnu_good', '-w', 'acme/staging'))
  const listed = await runCli(home, ['cloud', 'workspace', 'ls'])
  expect(listed.stdout).toMatch(/^\* {2}acme\/staging/m)
  expect(JSON.parse((await runCli(home, ['cloud', 'workspaces', 'ls', '-o', 'json'])).stdout)).toEqual(
    WORKSPACES,
  )
  await runCli(home, ['cloud', 'workspace', 'set', '-w', 'acme/production'])
  expect(file(home)).toContain(PRODUCTION?.workspace_id)
  const created = await runCli(home, ['cloud', 'workspace', 'create', 'New', '--set', '-d', 'for tests'])
  expect(created.stdout).toBe("Created workspace 'acme/new', which is in force now.\n")
  expect(server.asked(`POST /api/accounts/${ACCOUNT}/workspaces/`)[0]?.body).toEqual({
    name: 'New',
    description: 'for tests',
  })
  const opened = await runCli(home, ['cloud', 'workspace', 'open'])
  expect(opened.opened).toEqual([
    `${server.api.replace(/\/api$/, '')}/account/${ACCOUNT}/workspace/0199aaaa-0000-7000-8000-000000000003/dashboard`,
  ])
})

test('logout removes the key and the workspace, and keeps where the server is', async () => {
  await using server = await startServer()
  const home = newHome()
  await runCli(home, login(server, '-k', 'pnu_good', '-w', 'acme/staging'))
  expect((await runCli(home, ['cloud', 'logout'])).code).toBe(0)
  expect(file(home)).not.toMatch(/PREFECT_API_KEY|PREFECT_API_URL/)
  expect(file(home)).toContain(`PREFECT_CLOUD_API_URL = "${server.api}"`)
  const again = await runCli(home, ['cloud', 'logout'])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('orrery cloud login') })
})

test('logging in to Prefect Cloud forgets the address of another server', async () => {
  const home = newHome()
  writeFileSync(
    join(home, 'profiles.toml'),
    'active = "x"\n\n[profiles.x]\nPREFECT_CLOUD_API_URL = "http://old/api"\n',
  )
  const { workspaceSettings } = await import('./cloud.ts')
  expect(
    workspaceSettings('https://api.prefect.cloud/api', workspace('a', '1')).PREFECT_CLOUD_API_URL,
  ).toBeNull()
})

test('a server without accounts says how to use it instead', async () => {
  await using server = await StubServer.start()
  const answer = await runCli(newHome(), login(server, '-k', 'pnu_good', '-w', 'acme/staging'))
  expect(answer).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`orrery config set PREFECT_API_URL="${server.api}"`),
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newHome, runCli } from './test-support/run-cli.ts'
import { StubServer } from './test-support/stub-server.ts'

const account = '0199aaaa-0000-7000-8000-00000000000a'
const workspacePath = `/accounts/${account}/workspaces/0199aaaa-0000-7000-8000-00000000000b`

const settings = (server: StubServer) => ({ PREFECT_API_URL: server.api, PREFECT_API_KEY: 'pnu_secret' })

test('api sends method, body and headers, and prints the answer as it came', async () => {
  await using server = await StubServer.start({ 'POST /api/flows/filter': { body: [{ name: 'f' }] } })
  const answer = await runCli(
    newHome(),
    ['api', 'post', '/flows/filter', '--data', '{"limit": 1}', '-H', 'X-Custom: a:b'],
    { env: settings(server) },
  )
  expect(answer).toMatchObject({ code: 0, stdout: '[{"name":"f"}]\n', stderr: '' })
  const [request] = server.asked('POST /api/flows/filter')
  expect(request?.body).toEqual({ limit: 1 })
  expect(request?.headers).toMatchObject({ 'x-custom': 'a:b', authorization: 'Bearer pnu_secret' })
})

test('the body comes from a file, from what is piped in, or is an empty object', async () => {
  await using server = await StubServer.start({ 'POST /api/x': ({ body }) => ({ body }) })
  const home = newHome()
  const env = settings(server)
  writeFileSync(join(home, 'body.json'), '{"from": "file"}')
  expect((await runCli(home, ['api', 'POST', '/x', '--data', '@body.json'], { env })).stdout).toBe(
    '{"from":"file"}\n',
  )
  expect((await runCli(home, ['api', 'POST', '/x'], { env, stdin: '{"from":"pipe"}' })).stdout).toBe(
    '{"from":"pipe"}\n',
  )
  expect((await runCli(home, ['api', 'POST', '/x'], { env })).stdout).toBe('{}\n')
})

test.each([
  [401, 3],
  [403, 3],
  [404, 4],
  [422, 4],
  [500, 5],
])('an answer of %i is exit code %i', async (status, code) => {
  await using server = await StubServer.start({ 'GET /api/x': { status, body: { detail: 'why' } } })
  const answer = await runCli(newHome(), ['api', 'GET', '/x'], { env: settings(server) })
  expect(answer).toMatchObject({ code, stdout: '' })
  expect(answer.stderr).toContain(`Error: ${status}`)
  expect(answer.stderr).toContain('why')
})

test('no answer is exit code 7, and no address is exit code 1 with the cure', async () => {
  const gone = await runCli(newHome(), ['api', 'GET', '/x'], {
    env: { PREFECT_API_URL: 'http://127.0.0.1:1/api' },
  })
  expect(gone).toMatchObject({ code: 7, stdout: '' })
  const none = await runCli(newHome(), ['api', 'GET', '/x'])
  expect(none).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('orrery config set PREFECT_API_URL='),
  })
})

test('--root and --account are below the cloud’s address, and need one', async () => {
  await using server = await StubServer.start({
    'GET /api/me/workspaces': { body: ['root'] },
    [`GET /api/accounts/${account}/settings`]: { body: ['account'] },
  })
  const env = {
    PREFECT_CLOUD_API_URL: server.api,
    PREFECT_API_URL: server.api + workspacePath,
    PREFECT_API_KEY: 'pnu_x',
  }
  expect((await runCli(newHome(), ['api', '--root', 'GET', '/me/workspaces'], { env })).stdout).toBe(
    '["root"]\n',
  )
  expect((await runCli(newHome(), ['api', 'GET', 'settings', '--account'], { env })).stdout).toBe(
    '["account"]\n',
  )
  const plain = await runCli(newHome(), ['api', '--root', 'GET', '/me'], { env: settings(server) })
  expect(plain).toMatchObject({ code: 1, stderr: expect.stringContaining('orrery cloud login') })
})

test('--verbose prints the headers of both directions, but never the key', async () => {
  await using server = await StubServer.start({
    'GET /api/x': { body: 1, headers: { 'x-request-id': 'r1' } },
  })
  const answer = await runCli(newHome(), ['api', 'GET', '/x', '-v'], { env: settings(server) })
  expect(answer.stdout).toBe('1\n')
  expect(answer.stderr).toContain('> authorization: Bearer ***')
  expect(answer.stderr).toContain('< x-request-id: r1')
  expect(answer.stderr).not.toContain('pnu_secret')
})

test.each([
  [['api', 'FETCH', '/x'], /'FETCH' is not an HTTP method/],
  [['api', 'POST', '/x', '--data', '{'], /The data is not JSON/],
  [['api', 'POST', '/x', '--data', '@none.json'], /There is no file .*none\.json/],
  [['api', 'GET', '/x', '-H', 'nonsense'], /'nonsense' is not a header/],
])('%j is refused before anything is sent', async (args, message) => {
  await using server = await StubServer.start()
  const answer = await runCli(newHome(), args, { env: settings(server) })
  expect(answer).toMatchObject({ code: 1, stderr: expect.stringMatching(message) })
  expect(server.received).toEqual([])
})

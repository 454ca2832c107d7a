import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiClient } from '@orrery/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPrefect, python, runProgram } from './genuine-server.ts'
import { hasServer, type OurServer, startOurServer } from './our-server.ts'
import { readSettled } from './run-records.ts'

const here = new URL('.', import.meta.url).pathname
const sdk = new URL('../index.ts', import.meta.url).href

function program(source: string): string[] {
  const file = join(mkdtempSync(join(tmpdir(), 'orrery-program-')), 'program.ts')
  writeFileSync(file, `import { flow, task } from '${sdk}'\n${source}`)
  return ['--conditions=@orrery/source', file]
}

const MANY = (count: number, millis: number) => `
  const step = task('step', async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, ${millis}))
    return n
  })
  await flow('steady', async () => {
    for (let n = 0; n < ${count}; n++) {
      if (n === 10) console.log('under way')
      await step(n)
    }
  })()`

describe.runIf(hasServer)('on our server in local mode', () => {
  let server: OurServer
  let client: ApiClient
  const env = () => ({ PREFECT_API_URL: server.apiUrl, PREFECT_HOME: join(server.home, 'prefect') })

  beforeAll(async () => {
    server = await startOurServer(['--local'])
    client = new ApiClient({ apiUrl: server.apiUrl })
  }, 90_000)
  afterAll(() => server?.stop())

  test.runIf(hasPrefect)(
    'both twins leave the same records',
    async () => {
      const flows = ['twin', 'twin-retried', 'twin-aggregate']
      const read = async () => Promise.all(flows.map((flow) => readSettled(server.apiUrl, flow)))
      const first = await runProgram(
        process.execPath,
        ['--conditions=@orrery/source', `${here}twins.ts`],
        env(),
      )
      expect(first.code, first.stderr).toBe(0)
      const ours = await read()
      const second = await runProgram(python, [`${here}twins.py`], env())
      expect(second.code, second.stderr).toBe(0)
      expect(ours).toEqual(await read())
    },
    240_000,
  )

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'nothing is lost when the server ends by %s in the middle of a flow',
    async (signal) => {
      const count = 200
      let restarted: Promise<void> | undefined
      const flowRuns = async () =>
        client.flowRuns.filter({ flows: { name: { any_: ['steady'] } }, sort: 'START_TIME_DESC', limit: 1 })
      const running = runProgram(process.execPath, program(MANY(count, 10)), env(), (line) => {
        if (line.includes('under way')) restarted ??= server.restart(signal, 300)
      })
      const { code, stderr } = await running
      await restarted
      expect(code, stderr).toBe(0)
      const [run] = await flowRuns()
      expect(run?.state_type).toBe('COMPLETED')
      const tasks = await client.taskRuns.filter({ flow_runs: { id: { any_: [run?.id] } }, limit: 200 })
      expect(tasks.map((task) => task.state_type)).toEqual(Array(count).fill('COMPLETED'))
      const history = await Promise.all(
        tasks.map(async (task) => (await client.taskRuns.states(task.id)).map((state) => state.type).sort()),
      )
      expect(history).toEqual(Array(count).fill(['COMPLETED', 'PENDING', 'RUNNING']))
      const logs = await client.logs.filter({ logs: { flow_run_id: { any_: [run?.id] } }, limit: 200 })
      expect(logs.length).toBe(200)
    },
    240_000,
  )

  test('a run that is cancelled through the API ends as cancelled', async () => {
    const source = program(`
      await flow('endless', async (_input: object, { signal }) => {
        console.log('started')
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      })({}).wait()`)
    const running = runProgram(process.execPath, source, env(), async (line) => {
      if (!line.includes('started')) return
      const [run] = await client.flowRuns.filter({ flows: { name: { any_: ['endless'] } }, limit: 1 })
      await client.flowRuns.setState(run?.id ?? '', { type: 'CANCELLING', name: 'Cancelling' })
    })
    await running
    const [run] = await client.flowRuns.filter({ flows: { name: { any_: ['endless'] } }, limit: 1 })
    expect(run?.state_type).toBe('CANCELLED')
  }, 120_000)
})

describe.runIf(hasServer)('on our server with accounts', () => {
  let server: OurServer
  beforeAll(async () => {
    server = await startOurServer([])
  }, 90_000)
  afterAll(() => server?.stop())

  test('a key and a workspace address are all that a flow needs', async () => {
    const call = async <T>(
      path: string,
      body?: unknown,
      headers = {},
    ): Promise<{ body: T; cookie: string }> => {
      const answer = await fetch(server.apiUrl + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          'content-type': 'application/json',
          'x-orrery-request': '1',
          origin: server.apiUrl.replace(/\/api$/, ''),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      expect(answer.status, await answer.clone().text()).toBeLessThan(300)
      const cookie = answer.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ')
      return { body: (await answer.json()) as T, cookie }
    }
    const codeFile = join(server.home, 'setup-code')
    const setup = existsSync(codeFile) ? { setup_code: readFileSync(codeFile, 'utf8').trim() } : {}
    const { body, cookie } = await call<{ user: { id: string; personal_account_id: string } }>(
      '/auth/sign-up',
      {
        email: 'owner@example.com',
        password: 'a long enough password',
        ...setup,
      },
    )
    const { user } = body
    const signedIn = { cookie }
    const { body: key } = await call<{ key: string }>(
      `/users/${user.id}/api_keys`,
      { name: 'test' },
      signedIn,
    )
    const { body: known } = await call<{ account_id: string; workspace_id: string }[]>(
      '/me/workspaces',
      undefined,
      signedIn,
    )
    const workspace =
      known[0] ??
      (
        await call<{ id: string; account_id: string }>(
          `/accounts/${user.personal_account_id}/workspaces/`,
          { name: 'main' },
          signedIn,
        ).then((made) => ({ body: { account_id: user.personal_account_id, workspace_id: made.body.id } }))
      ).body
    const apiUrl = `${server.apiUrl}/accounts/${workspace.account_id}/workspaces/${workspace.workspace_id}`
    // With PREFECT_CLOUD_API_URL the server is a cloud to the client; without it the socket is greeted as a server's.
    for (const cloud of [{ PREFECT_CLOUD_API_URL: server.apiUrl }, {}]) {
      const env = {
        PREFECT_API_URL: apiUrl,
        PREFECT_API_KEY: key.key,
        PREFECT_HOME: join(server.home, 'prefect'),
        ...cloud,
      }
      const { code, stderr } = await runProgram(process.execPath, program(MANY(20, 1)), env)
      expect(code, stderr).toBe(0)
      expect(stderr).toMatch(
        /View at http:\/\/127.0.0.1:\d+\/account\/[0-9a-f-]{36}\/workspace\/[0-9a-f-]{36}\/runs\/flow-run\//,
      )
    }
    const client = new ApiClient({ apiUrl, apiKey: key.key })
    expect(await client.flowRuns.count({})).toBe(2)
    expect(await client.taskRuns.count({ task_runs: { state: { type: { any_: ['COMPLETED'] } } } })).toBe(40)
    const wrong = {
      PREFECT_API_URL: apiUrl,
      PREFECT_API_KEY: 'pnu_wrong',
      PREFECT_HOME: join(server.home, 'prefect'),
    }
    const refused = await runProgram(process.execPath, program(MANY(1, 1)), wrong)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /UnauthorizedError: .*answered 401: the API key is missing, wrong or expired/,
    )
  }, 240_000)
})

describe.runIf(hasServer)('with no API configured', () => {
  test('a local server is started, keeps its data, and ends with the program', async () => {
    const home = mkdtempSync(join(tmpdir(), 'orrery-home-'))
    const env = { ORRERY_HOME: home, PREFECT_HOME: join(home, 'prefect') }
    const first = await runProgram(process.execPath, program(MANY(20, 1)), env)
    expect(first.code, first.stderr).toBe(0)
    const [, url = ''] =
      /using a local server at (http:\S+) while this program runs. Its data is in/.exec(first.stderr) ?? []
    expect(url).not.toBe('')
    expect(first.stderr).toContain(home)
    expect(first.stderr).toMatch(/orrery server start --local/)
    await expect(fetch(`${url}/api/health`)).rejects.toThrow()
    // Two programs at once share one server, and it is there until the last has ended.
    const [a, b] = await Promise.all(
      [1, 2].map(() => runProgram(process.execPath, program(MANY(20, 5)), env)),
    )
    expect([a?.code, b?.code]).toEqual([0, 0])
    const counted = await runProgram(
      process.execPath,
      program(`
        await flow('counting', async (_input: object, { flowRun }) => {
          const { runtime } = await import('${sdk}')
          const api = String(runtime.flowRun.uiUrl).replace(/runs.*/, 'api')
          const answer = await fetch(api + '/task_runs/count', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
          console.log('count', await answer.text())
        })({})`),
      env,
    )
    expect(counted.stdout).toMatch(/count 60/)
  }, 240_000)
})

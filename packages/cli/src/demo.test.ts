import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newHome } from './test-support/run-cli.ts'

const root = join(import.meta.dirname, '../../..')

test('npm run demo: links that open, a password that signs in, a run with its graph', {
  timeout: 120_000,
}, async () => {
  const demo = spawn(process.execPath, ['--conditions=@orrery/source', join(root, 'scripts/demo.ts')], {
    cwd: root,
    env: { ...process.env, ORRERY_DEMO_HOME: newHome(), ORRERY_DEMO_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(demo, 'exit')
  let output = ''
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output)
        if (found) resolve(found)
      }
      demo.stdout.on('data', look)
      demo.stderr.on('data', look)
      void ended.then(() => reject(new Error(`The demo ended without ${pattern}:\n${output}`)))
      look()
    })
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  try {
    const [, link = ''] = await said(/Watch the run: {2}(\S+)/)
    await said(/The server stays up at/)
    const { origin, pathname } = new URL(link)
    const [, account, workspace, flowRun] =
      /account\/(.+)\/workspace\/(.+)\/runs\/flow-run\/(.+)$/.exec(pathname) ?? []

    const page = await fetch(link, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ])

    const [, password] = /Password: {2}(\S+)/.exec(output) ?? []
    const signedIn = await fetch(`${origin}/api/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, 'x-orrery-request': '1' },
      body: JSON.stringify({ email: 'demo@orrery.example', password }),
    })
    expect(signedIn.status).toBe(200)
    const cookie = signedIn.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')

    const api = `${origin}/api/accounts/${account}/workspaces/${workspace}`
    const read = async (path: string, body?: object): Promise<Record<string, unknown>[]> => {
      const answer = await fetch(api + path, {
        method: body ? 'POST' : 'GET',
        headers: { cookie, origin, 'x-orrery-request': '1', 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      return [(await answer.json()) as Record<string, unknown>[]].flat()
    }
    const [run] = await read(`/flow_runs/${flowRun}`)
    expect(run).toMatchObject({ state_type: 'COMPLETED', parameters: { place: 'Uraniborg' } })
    const tasks = await read('/task_runs/filter', { sort: 'EXPECTED_START_TIME_ASC' })
    expect(tasks.length).toBe(30)
    const focus = tasks.find((each) => each.name === 'focus')
    const { calibrations } = (focus?.task_inputs ?? {}) as { calibrations?: { id: string }[] }
    expect(calibrations?.length).toBe(3)
    const states = tasks.map((each) => each.state_name)
    expect(states.filter((name) => name === 'Completed').length).toBe(29)
    expect(states.filter((name) => name === 'Failed').length).toBe(1)
    expect(tasks.filter((each) => Number(each.run_count) > 1).length).toBe(3)
  } finally {
    demo.kill('SIGINT')
  }
  expect(await ended).toEqual([0, null])
})

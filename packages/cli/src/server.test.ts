import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { birthOf } from './background-server.ts'
import { newHome, runCli } from './test-support/run-cli.ts'

const bin = join(import.meta.dirname, 'bin.ts')

function orrery(home: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@orrery/source', bin, ...args],
    {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home, ORRERY_HOME: home, PREFECT_HOME: home },
      timeout: 60_000,
    },
  )
  return { code: status, stdout, stderr }
}

test('a server in the background starts, is found, refuses a second one, and stops', {
  timeout: 60_000,
}, () => {
  const home = newHome()
  const started = orrery(home, 'server', 'start', '--local', '--port', '0', '--background')
  expect(started).toMatchObject({ code: 0, stderr: '' })
  const url = /up at (\S+)/.exec(started.stdout)?.[1]
  try {
    const status = JSON.parse(orrery(home, 'server', 'status', '-o', 'json').stdout)
    expect(status).toMatchObject({ status: 'available', api_url: `${url}/api`, server_version: '3.9.1' })
    expect(orrery(home, 'server', 'start', '--background')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`runs in the background already, at ${url}`),
    })
  } finally {
    expect(orrery(home, 'server', 'stop')).toMatchObject({
      code: 0,
      stdout: `Stopped the server at ${url}\n`,
    })
  }
  expect(existsSync(join(home, 'server.pid'))).toBe(false)
  expect(orrery(home, 'server', 'status')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('orrery server start --background'),
  })
  expect(orrery(home, 'server', 'stop').stdout).toBe('No server runs in the background.\n')
})

test('admin bootstrap prints the addresses of the server in the background, and a key that it takes', {
  timeout: 60_000,
}, async () => {
  const home = newHome()
  const started = orrery(home, 'server', 'start', '--port', '0', '--background')
  const url = /up at (\S+)/.exec(started.stdout)?.[1]
  try {
    const owner = ['--email', 'owner@example.com', '--password', 'a long password for the tests']
    const made = orrery(home, 'admin', 'bootstrap', ...owner, '--workspace', 'Main', '-o', 'json')
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const { api_url, cloud_api_url, api_key } = JSON.parse(made.stdout)
    expect(cloud_api_url).toBe(`${url}/api`)
    const env = { PREFECT_API_URL: api_url, PREFECT_CLOUD_API_URL: cloud_api_url, PREFECT_API_KEY: api_key }
    expect(await runCli(home, ['flow-run', 'ls', '-o', 'json'], { env })).toMatchObject({
      code: 0,
      stdout: '[]\n',
    })
    const missing = orrery(home, 'admin', 'bootstrap', '--email', 'owner@example.com', '--workspace', 'Main')
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('--password') })
  } finally {
    orrery(home, 'server', 'stop')
  }
})

test('a start that fails shows why, in the background too', { timeout: 60_000 }, () => {
  const home = newHome()
  const answer = orrery(home, 'server', 'start', '--local', '--host', '0.0.0.0', '--background')
  expect(answer.code).toBe(1)
  expect(answer.stderr).toContain('The server did not start: it ended with exit code 1.')
  expect(answer.stderr).toContain('Local mode has no accounts and listens on loopback only')
  expect(existsSync(join(home, 'server.pid'))).toBe(false)
})

test('stop does not end a process that has only inherited the number', async () => {
  const home = newHome()
  const stranger = spawn('sleep', ['30'])
  const pid = stranger.pid ?? 0
  expect(birthOf(pid)).not.toBeNull()
  writeFileSync(join(home, 'server.pid'), JSON.stringify({ pid, url: 'http://x', log: '', birth: '1' }))
  try {
    expect((await runCli(home, ['server', 'stop'])).stdout).toBe('No server runs in the background.\n')
    expect(stranger.exitCode).toBeNull()
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('sleep')
  } finally {
    stranger.kill()
  }
})

test('status --wait gives up after its timeout', async () => {
  const env = { PREFECT_API_URL: 'http://127.0.0.1:1/api' }
  const answer = await runCli(newHome(), ['server', 'status', '--wait', '--timeout', '1', '-o', 'json'], {
    env,
  })
  expect(answer.code).toBe(1)
  expect(JSON.parse(answer.stdout)).toMatchObject({ status: 'timed_out', timeout: 1 })
})

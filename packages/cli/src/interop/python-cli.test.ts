import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newHome, runCli } from '../test-support/run-cli.ts'
import { StubServer } from '../test-support/stub-server.ts'

// The genuine command line, from the venv that scripts/setup-interop.sh makes.
const genuine = join(import.meta.dirname, '../../../../.cache/interop-venv/bin/prefect')
const present = existsSync(genuine)
if (!present && process.env.CI)
  throw new Error('In CI nothing may be skipped: run scripts/setup-interop.sh first.')
if (!present) console.log('No interop venv: the tests against the Python command line do not run.')
const there = test.runIf(present)

// Asynchronous, so that a stub server in this process can answer meanwhile.
function prefect(home: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    PREFECT_HOME: home,
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    DO_NOT_TRACK: '1',
    NO_COLOR: '1',
    COLUMNS: '400',
    PREFECT_CLI_WRAP_LINES: 'false',
  }
  return new Promise((resolve) => {
    execFile(genuine, args, { encoding: 'utf8', cwd: home, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

const profiles = (home: string) => readFileSync(join(home, 'profiles.toml'), 'utf8')

// The Python command line takes seconds to start, more so on a busy machine.
const patience = { timeout: 180_000 }

there('both write the same file for the same commands', patience, async () => {
  const commands = [
    ['config', 'set', 'PREFECT_API_URL=http://127.0.0.1:1/api', 'PREFECT_API_KEY=pnu_"q"\\b'],
    ['profile', 'create', 'staging', '--from', 'ephemeral'],
    ['-p', 'staging', 'config', 'set', 'PREFECT_LOGGING_LEVEL=DEBUG'],
    ['profile', 'rename', 'staging', 'renamed'],
    ['--no-prompt', 'config', 'unset', 'PREFECT_API_KEY'],
  ]
  const [ours, theirs] = [newHome(), newHome()]
  for (const command of commands) {
    const [mine, other] = await Promise.all([runCli(ours, command), prefect(theirs, ...command)])
    expect([mine.code, other.code], command.join(' ')).toEqual([0, 0])
    expect(profiles(ours), command.join(' ')).toBe(profiles(theirs))
  }
})

there('Python reads what we wrote, shows the same, and keeps it when it writes', patience, async () => {
  const home = newHome()
  await runCli(home, ['config', 'set', 'PREFECT_API_URL=http://127.0.0.1:1/api', 'PREFECT_API_KEY=pnu_1'])
  await runCli(home, ['profile', 'create', 'staging'])
  const names = ['PREFECT_API_URL', 'PREFECT_API_KEY', 'PREFECT_SERVER_EPHEMERAL_ENABLED', 'PREFECT_HOME']
  const relevant = (text: string) => {
    const { profile, settings, ui_url } = JSON.parse(text)
    return {
      profile,
      ui_url,
      settings: settings.filter(({ name }: { name: string }) => names.includes(name)),
    }
  }
  const view = ['config', 'view', '--show-secrets', '-o', 'json']
  const ours = relevant((await runCli(home, view)).stdout)
  expect(ours.settings).toContainEqual({ name: 'PREFECT_API_KEY', value: 'pnu_1', source: 'profile' })
  expect(relevant((await prefect(home, ...view)).stdout)).toEqual(ours)
  expect(JSON.parse((await prefect(home, 'profile', 'ls', '-o', 'json')).stdout)).toEqual(
    JSON.parse((await runCli(home, ['profile', 'ls', '-o', 'json'])).stdout),
  )
  await prefect(home, 'config', 'set', 'PREFECT_LOGGING_LEVEL=DEBUG')
  expect((await runCli(home, ['profile', 'inspect'])).stdout).toBe(
    "PREFECT_SERVER_EPHEMERAL_ENABLED='true'\nPREFECT_API_URL='http://127.0.0.1:1/api'\n" +
      "PREFECT_API_KEY='pnu_1'\nPREFECT_LOGGING_LEVEL='DEBUG'\n",
  )
})

there('we read what Python wrote, and keep it when we write', patience, async () => {
  const home = newHome()
  await prefect(home, 'profile', 'create', 'work')
  const settings = ['PREFECT_API_URL=http://127.0.0.1:1/api', 'PREFECT_API_KEY=pnu_2']
  await prefect(home, '-p', 'work', 'config', 'set', ...settings)
  const before = profiles(home)
  const env = { PREFECT_PROFILE: 'work' }
  const { stdout } = await runCli(home, ['config', 'view', '--show-secrets', '-o', 'json'], { env })
  expect(JSON.parse(stdout).profile).toBe('work')
  expect(JSON.parse(stdout).settings).toContainEqual({
    name: 'PREFECT_API_KEY',
    value: 'pnu_2',
    source: 'profile',
  })
  await runCli(home, ['config', 'set', 'PREFECT_LOGGING_LEVEL=DEBUG'], { env })
  expect(profiles(home)).toBe(`${before}PREFECT_LOGGING_LEVEL = "DEBUG"\n`)
  expect((await prefect(home, '-p', 'work', 'config', 'view')).stdout).toContain(
    "PREFECT_LOGGING_LEVEL='DEBUG'",
  )
})

there('after our login the Python command line works in the same workspace', patience, async () => {
  const home = newHome()
  const workspace = {
    account_id: '0199aaaa-0000-7000-8000-000000000001',
    account_name: 'Acme',
    account_handle: 'acme',
    workspace_id: '0199aaaa-0000-7000-8000-000000000002',
    workspace_name: 'Main',
    workspace_description: '',
    workspace_handle: 'main',
  }
  await using server = await StubServer.start({
    'GET /api/me/workspaces': ({ headers }) =>
      headers.authorization === 'Bearer pnu_good' ? { body: [workspace] } : { status: 401 },
  })
  await runCli(home, ['cloud', 'login', '--server', server.api, '-k', 'pnu_good', '-w', 'acme/main'])
  const listed = await prefect(home, 'cloud', 'workspace', 'ls')
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('* acme/main') })
})

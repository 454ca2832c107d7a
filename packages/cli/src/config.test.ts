import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newHome, runCli } from './test-support/run-cli.ts'

const WORKSPACE =
  'https://orrery.example/api/accounts/0199aaaa-0000-7000-8000-000000000001/workspaces/0199aaaa-0000-7000-8000-000000000002'

test('config set writes what Python writes, and says it as Python does', async () => {
  const home = newHome()
  const answer = await runCli(home, ['config', 'set', 'PREFECT_API_URL=http://127.0.0.1:4200/api'])
  expect(answer.code).toBe(0)
  expect(answer.stdout).toBe(
    "Set 'PREFECT_API_URL' to 'http://127.0.0.1:4200/api'.\nUpdated profile 'ephemeral'.\n",
  )
  const file = join(home, 'profiles.toml')
  expect(readFileSync(file, 'utf8')).toBe(
    'active = "ephemeral"\n\n[profiles.ephemeral]\nPREFECT_SERVER_EPHEMERAL_ENABLED = "true"\n' +
      'PREFECT_API_URL = "http://127.0.0.1:4200/api"\n',
  )
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('quotes that a shell left around a value are no part of it', async () => {
  const home = newHome()
  await runCli(home, ['config', 'set', 'PREFECT_API_URL="http://127.0.0.1:4200/api"'])
  expect(readFileSync(join(home, 'profiles.toml'), 'utf8')).toContain(
    'PREFECT_API_URL = "http://127.0.0.1:4200/api"\n',
  )
})

test('several settings are written together or not at all', async () => {
  const home = newHome()
  const answer = await runCli(home, ['config', 'set', 'PREFECT_API_KEY=pnu_1', 'PREFECT_API_ULR=http://x'])
  expect(answer.code).toBe(1)
  expect(answer.stderr).toContain("Unknown setting name 'PREFECT_API_ULR'. Did you mean 'PREFECT_API_URL'?")
  expect((await runCli(home, ['config', 'view'])).stdout).not.toContain('PREFECT_API_KEY')
})

test.each([
  ['FOO', /'FOO' is not an assignment. Write it as NAME=VALUE/],
  ['PREFECT_HOME=/x', /PREFECT_HOME cannot be in a profile.*environment variable/],
  ['PREFECT_API_URL=localhost:4200', /not an http\(s\) URL/],
])('config set %s is refused with the cure', async (assignment, message) => {
  const answer = await runCli(newHome(), ['config', 'set', assignment])
  expect(answer).toMatchObject({ code: 1, stdout: '' })
  expect(answer.stderr).toMatch(message)
})

test('an environment variable that wins over what was set is pointed out', async () => {
  const answer = await runCli(newHome(), ['config', 'set', 'PREFECT_API_KEY=pnu_1'], {
    env: { PREFECT_API_KEY: 'pnu_2' },
  })
  expect(answer.stderr).toContain('Remove it with: unset PREFECT_API_KEY')
})

test('a workspace whose cloud address is not set brings the line that sets it', async () => {
  const home = newHome()
  const first = await runCli(home, ['config', 'set', `PREFECT_API_URL=${WORKSPACE}`])
  expect(first.stderr).toContain('orrery config set PREFECT_CLOUD_API_URL="https://orrery.example/api"')
  const second = await runCli(home, [
    'config',
    'set',
    'PREFECT_CLOUD_API_URL=https://orrery.example/api',
    `PREFECT_API_URL=${WORKSPACE}`,
  ])
  expect(second.stderr).toBe('')
})

test('config view hides secrets, names each source, and is the same as JSON', async () => {
  const home = newHome()
  await runCli(home, ['config', 'set', 'PREFECT_API_KEY=pnu_1', 'PREFECT_API_URL=http://host/api'])
  const env = { PREFECT_LOGGING_LEVEL: 'DEBUG' }
  const shown = await runCli(home, ['config', 'view'], { env })
  expect(shown.stdout.split('\n')).toEqual([
    'You are connected to: http://host',
    "PREFECT_PROFILE='ephemeral'",
    "PREFECT_API_KEY='********' (from profile)",
    "PREFECT_API_URL='http://host/api' (from profile)",
    `PREFECT_HOME='${home}' (from env)`,
    "PREFECT_LOGGING_LEVEL='DEBUG' (from env)",
    "PREFECT_SERVER_EPHEMERAL_ENABLED='true' (from profile)",
    '',
  ])
  expect((await runCli(home, ['config', 'view', '--show-secrets'])).stdout).toContain("'pnu_1'")
  const json = JSON.parse((await runCli(home, ['config', 'view', '-o', 'json'], { env })).stdout)
  expect(json.profile).toBe('ephemeral')
  expect(json.ui_url).toBe('http://host')
  expect(json.settings[0]).toEqual({ name: 'PREFECT_API_KEY', value: '********', source: 'profile' })
})

test('config view --show-defaults lists settings that nobody set', async () => {
  const answer = await runCli(newHome(), ['config', 'view', '--show-defaults'])
  expect(answer.stdout).toContain("PREFECT_CLIENT_MAX_RETRIES='5' (from defaults)")
})

test('config unset restores the default, asks on a terminal, and knows what is not set', async () => {
  const home = newHome()
  await runCli(home, ['config', 'set', 'PREFECT_LOGGING_LEVEL=DEBUG'])
  const kept = await runCli(home, ['config', 'unset', 'PREFECT_LOGGING_LEVEL'], { answers: ['n'] })
  expect(kept).toMatchObject({ code: 1 })
  const gone = await runCli(home, ['config', 'unset', 'PREFECT_LOGGING_LEVEL'], { answers: ['y'] })
  expect(gone.code).toBe(0)
  expect(readFileSync(join(home, 'profiles.toml'), 'utf8')).not.toContain('LOGGING')
  const again = await runCli(home, ['config', 'unset', 'PREFECT_LOGGING_LEVEL'])
  expect(again.stderr).toBe("'PREFECT_LOGGING_LEVEL' is not set in profile 'ephemeral'.\n")
})

test('config validate names every wrong value, and renames what has a newer name', async () => {
  const home = newHome()
  const file = join(home, 'profiles.toml')
  writeFileSync(
    file,
    'active = "x"\n\n[profiles.x]\nPREFECT_CLIENT_MAX_RETRIES = "many"\nPREFECT_API_URL = "x"\n',
  )
  const wrong = await runCli(home, ['config', 'validate'])
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toMatch(/PREFECT_CLIENT_MAX_RETRIES is 'many'.*\n.*PREFECT_API_URL is 'x'/)
  writeFileSync(file, 'active = "x"\n\n[profiles.x]\nPREFECT_LOCAL_STORAGE_PATH = "/s"\n')
  expect((await runCli(home, ['config', 'validate'])).stdout).toBe('Configuration valid!\n')
  expect(readFileSync(file, 'utf8')).toBe(
    'active = "x"\n\n[profiles.x]\nPREFECT_RESULTS_LOCAL_STORAGE_PATH = "/s"\n',
  )
})

test('-p chooses the profile that is written and read; an unknown one is named with the cure', async () => {
  const home = newHome()
  await runCli(home, ['profile', 'create', 'staging'])
  await runCli(home, ['-p', 'staging', 'config', 'set', 'PREFECT_API_KEY=pnu_s'])
  expect((await runCli(home, ['profile', 'inspect', 'staging', '-o', 'json'])).stdout).toBe(
    '{\n  "PREFECT_API_KEY": "pnu_s"\n}\n',
  )
  expect((await runCli(home, ['config', 'view'])).stdout).not.toContain('PREFECT_API_KEY')
  const unknown = await runCli(home, ['-p', 'nope', 'config', 'view'])
  expect(unknown).toMatchObject({ code: 1 })
  expect(unknown.stderr).toContain('orrery profile create nope')
})

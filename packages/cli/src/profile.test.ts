import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newHome, runCli } from './test-support/run-cli.ts'
import { StubServer } from './test-support/stub-server.ts'

const read = (home: string) => readFileSync(join(home, 'profiles.toml'), 'utf8')

test('a profile is created, copied, renamed, listed and deleted', async () => {
  const home = newHome()
  expect((await runCli(home, ['profile', 'create', 'a'])).code).toBe(0)
  await runCli(home, ['-p', 'a', 'config', 'set', 'PREFECT_API_URL=http://a/api'])
  await runCli(home, ['profile', 'create', 'b', '--from', 'a'])
  await runCli(home, ['profile', 'rename', 'b', 'c'])
  const listed = JSON.parse((await runCli(home, ['profile', 'ls', '-o', 'json'])).stdout)
  expect(listed).toEqual([
    { name: 'a', active: false },
    { name: 'c', active: false },
  ])
  expect(read(home)).toContain('[profiles.c]\nPREFECT_API_URL = "http://a/api"\n')
  expect((await runCli(home, ['profile', 'delete', 'a'], { answers: ['y'] })).code).toBe(0)
  expect(read(home)).not.toContain('[profiles.a]')
})

test('a name that is taken, unknown or active is refused with the cure', async () => {
  const home = newHome()
  await runCli(home, ['profile', 'create', 'a'])
  expect((await runCli(home, ['profile', 'create', 'a'])).stderr).toContain('orrery profile delete a')
  expect((await runCli(home, ['profile', 'create', 'b', '--from', 'x'])).stderr).toContain(
    "Profile 'x' is not in",
  )
  expect((await runCli(home, ['profile', 'rename', 'local', 'a'])).stderr).toContain("'a' exists already")
  expect((await runCli(home, ['profile', 'delete', 'ephemeral'])).stderr).toContain(
    'orrery profile use OTHER',
  )
})

test('profile use switches even if the server does not answer, and says that it does not', async () => {
  const home = newHome()
  await using server = await StubServer.start()
  await runCli(home, ['profile', 'create', 'up'])
  await runCli(home, ['-p', 'up', 'config', 'set', `PREFECT_API_URL=${server.api}`])
  const up = await runCli(home, ['profile', 'use', 'up'])
  expect(up).toMatchObject({ code: 0, stdout: `Profile 'up' is active.\nConnected to ${server.api}\n` })
  await runCli(home, ['profile', 'create', 'down'])
  await runCli(home, ['-p', 'down', 'config', 'set', 'PREFECT_API_URL=http://127.0.0.1:1/api'])
  const down = await runCli(home, ['profile', 'use', 'down'])
  expect(down.code).toBe(1)
  expect(down.stderr).toContain('Cannot reach the API at http://127.0.0.1:1/api')
  expect(read(home)).toContain('active = "down"')
})

test('profile inspect shows the one in force, and populate-defaults writes the bundled ones', async () => {
  const home = newHome()
  const shown = await runCli(home, ['profile', 'inspect'])
  expect(shown.stdout).toBe("PREFECT_SERVER_EPHEMERAL_ENABLED='true'\n")
  await runCli(home, ['profile', 'create', 'mine'])
  expect((await runCli(home, ['profile', 'populate-defaults'])).code).toBe(0)
  const names = [...read(home).matchAll(/^\[profiles\.(\w+)\]/gm)].map(([, name]) => name)
  expect(names).toEqual(['mine', 'ephemeral', 'local', 'test', 'cloud'])
})

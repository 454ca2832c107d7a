import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newHome, runCli } from './test-support/run-cli.ts'

async function candidates(home: string, ...words: string[]): Promise<string[]> {
  const { stdout } = await runCli(home, ['__complete', ...words])
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0] ?? '')
}

test('commands, subcommands and options are completed', async () => {
  const home = newHome()
  expect(await candidates(home, 'flow')).toEqual(['flow', 'flow-run'])
  expect(await candidates(home, 'flow-run', 'wa')).toEqual(['watch'])
  expect(await candidates(home, '-p', 'local', 'cloud', 'workspace', '')).toEqual([
    'ls',
    'set',
    'create',
    'open',
  ])
  expect(await candidates(home, 'flow-run', 'ls', '--st')).toEqual(['--state', '--state-type'])
  expect(await candidates(home, 'flow', 'ls', '--output', '')).toEqual(['json'])
})

test('profiles and settings are completed with those that exist', async () => {
  const home = newHome()
  await runCli(home, ['profile', 'create', 'staging'])
  expect(await candidates(home, 'profile', 'use', 's')).toEqual(['staging'])
  expect(await candidates(home, '--profile', 'st')).toEqual(['staging'])
  expect(await candidates(home, 'config', 'set', 'PREFECT_API_K')).toEqual(['PREFECT_API_KEY='])
  expect(await candidates(home, 'completion', '')).toEqual(['bash', 'zsh', 'fish'])
})

test('bash completes with the script that is printed', async () => {
  const home = newHome()
  const { stdout: script } = await runCli(home, ['completion', 'bash'])
  const bin = join(home, 'orrery')
  const entry = join(import.meta.dirname, 'bin.ts')
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" --conditions=@orrery/source "${entry}" "$@"\n`)
  chmodSync(bin, 0o755)
  const complete = `${script}\nCOMP_WORDS=(orrery flow-run ca); COMP_CWORD=2; _orrery_complete; printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['--norc', '-c', complete], {
    encoding: 'utf8',
    env: { PATH: `${home}:${process.env.PATH}`, PREFECT_HOME: home },
  })
  expect(output).toBe('cancel\n')
})

test('there is a script for each shell and no other', async () => {
  expect((await runCli(newHome(), ['completion', 'zsh'])).stdout).toContain('compdef _orrery orrery')
  expect((await runCli(newHome(), ['completion', 'fish'])).stdout).toContain('complete -c orrery')
  expect((await runCli(newHome(), ['completion', 'tcsh'])).stderr).toContain(
    'Allowed choices are bash, zsh, fish',
  )
})

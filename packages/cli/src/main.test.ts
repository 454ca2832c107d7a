import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Cli } from './cli.ts'
import { buildProgram, everyCommand, pathOf } from './program.ts'
import { newHome, runCli } from './test-support/run-cli.ts'
import { CLI_VERSION } from './version.ts'

const folder = join(import.meta.dirname, '..')

test('the version is the package’s', async () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  expect(CLI_VERSION).toBe(manifest.version)
  expect((await runCli(newHome(), ['--version'])).stdout).toBe(`orrery ${manifest.version}\n`)
})

// Reviewed by eye; ORRERY_UPDATE_GOLDEN=1 writes both anew.
const REFERENCE = '## Reference'
test('the help of every command is as in help.golden.txt and docs/cli.md', async () => {
  const program = await buildProgram(new Cli({} as never), 'everything')
  const paths = [...everyCommand(program)].map((each) => pathOf(each).split(' ').slice(1))
  const pages: string[] = []
  for (const path of paths) {
    const answer = await runCli(newHome(), [...path, '--help'])
    expect(answer).toMatchObject({ code: 0, stderr: '' })
    pages.push(`$ orrery ${[...path, '--help'].join(' ')}\n${answer.stdout}`)
  }
  const text = pages.join('\n')
  const golden = join(import.meta.dirname, 'help.golden.txt')
  const page = join(folder, '../../docs/cli.md')
  const [guide = ''] = readFileSync(page, 'utf8').split(REFERENCE)
  const documented = `${guide}${REFERENCE}\n\n\`\`\`text\n${text}\`\`\`\n`
  if (process.env.ORRERY_UPDATE_GOLDEN) {
    writeFileSync(golden, text)
    writeFileSync(page, documented)
  }
  expect(text).toBe(readFileSync(golden, 'utf8'))
  expect(documented).toBe(readFileSync(page, 'utf8'))
})

test('without arguments it prints its help', async () => {
  expect((await runCli(newHome(), [])).stdout).toContain('Usage: orrery')
})

test.each([
  [['flow-rum', 'ls'], "error: unknown command 'flow-rum'\n(Did you mean flow-run?)\nSee: orrery --help\n"],
  [['flow', 'list'], "error: unknown command 'list'\n(Did you mean ls?)\nSee: orrery flow --help\n"],
  [
    ['flow', 'ls', '--lmit', '3'],
    "error: unknown option '--lmit'\n(Did you mean --limit?)\nSee: orrery flow ls --help\n",
  ],
])('%j is refused with what may be meant and where to look', async (args, message) => {
  expect(await runCli(newHome(), args)).toMatchObject({ code: 1, stdout: '', stderr: message })
})

test('a wrong number is refused with what it must be', async () => {
  const answer = await runCli(newHome(), ['flow', 'ls', '--limit', 'many'])
  expect(answer).toMatchObject({ code: 1, stderr: expect.stringContaining('a whole number of at least 1') })
})

test('names are taken with underscores and in any case, as by the Python command line', async () => {
  expect((await runCli(newHome(), ['Flow_Run', 'ls', '--help'])).stdout).toContain('orrery flow-run ls')
})

test('colours only on a terminal, and not against NO_COLOR or PREFECT_CLI_COLORS', async () => {
  const set = ['config', 'set', 'PREFECT_LOGGING_LEVEL=INFO']
  const painted = '\u001b[32mUpdated profile'
  expect((await runCli(newHome(), set, { answers: [] })).stdout).toContain(painted)
  expect((await runCli(newHome(), set)).stdout).not.toContain('\u001b')
  expect((await runCli(newHome(), set, { answers: [], env: { NO_COLOR: '1' } })).stdout).not.toContain(
    '\u001b',
  )
  expect(
    (await runCli(newHome(), set, { answers: [], env: { PREFECT_CLI_COLORS: 'false' } })).stdout,
  ).not.toContain('\u001b')
  expect((await runCli(newHome(), set, { env: { FORCE_COLOR: '1' } })).stdout).toContain(painted)
})

test('version says which program answers, and for whom it speaks', async () => {
  const answer = JSON.parse((await runCli(newHome(), ['version', '-o', 'json'])).stdout)
  expect(answer).toMatchObject({
    version: CLI_VERSION,
    speaks_for: 'prefect 3.9.1',
    server_type: 'ephemeral',
  })
  expect((await runCli(newHome(), ['version'])).stdout).toContain(
    'orrery (TypeScript; not the Python package prefect)',
  )
})

test('a closed pipe is no failure, and nothing is printed but what was asked for', () => {
  const output = execFileSync(
    'bash',
    [
      '-c',
      `"${process.execPath}" --conditions=@orrery/source "${folder}/src/bin.ts" config view --show-defaults | head -1`,
    ],
    { encoding: 'utf8', env: { PATH: process.env.PATH, PREFECT_HOME: newHome() }, stdio: 'pipe' },
  )
  expect(output).toBe("PREFECT_PROFILE='ephemeral'\n")
})

// Builds and packs every package that is published, checks their types and manifests (publint, attw), installs the
// tarballs into an empty project outside the repository, runs the README's TypeScript example there, starts the
// installed server and looks at its UI, and measures how fast the command line answers.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { buildPackages, manifestOf, packPackages, publishable, repository, run } from './packages.ts'

const require = createRequire(import.meta.url)
const scratch = mkdtempSync(join(tmpdir(), 'orrery-packages-'))
const problems: string[] = []

async function step(name: string, work: () => Promise<string | undefined>): Promise<void> {
  const began = performance.now()
  const result = await work().catch((error: unknown) => {
    problems.push(name)
    return `FAILED\n${error instanceof Error ? error.message : String(error)}`
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${name}: ${result ?? 'ok'} (${seconds} s)`)
}

const tarballs = join(scratch, 'tarballs')
const project = join(scratch, 'project')
let files: string[] = []
const fileOf = (name: string): string =>
  files.find((file) =>
    file.endsWith(`/${manifestOf(name).name.replace('@', '').replace('/', '-')}-0.1.0.tgz`),
  ) ?? ''

await step('build', async () => {
  await buildPackages()
  return undefined
})
if (problems.length === 0) {
  await step('pack', async () => {
    files = await packPackages(tarballs)
    return `${files.length} tarballs`
  })
  await Promise.all([step('publint', checkManifests), step('attw', checkTypes), step('install', install)])
}
if (problems.length === 0) {
  await step('types of the README’s example', () => compileExample())
  await step('README’s example', runExample)
  await step('server and UI', lookAtServer)
  await step('command line', measureCommands)
}
rmSync(scratch, { recursive: true, force: true })
if (problems.length > 0) {
  console.error(`Failed: ${problems.join(', ')}`)
  process.exit(1)
}

async function checkManifests(): Promise<undefined> {
  const found: string[] = []
  for (const name of publishable) {
    const bytes = readFileSync(fileOf(name))
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    const { messages, pkg } = await publint({ pack: { tarball: tarball as ArrayBuffer } })
    for (const message of messages) {
      if (message.type !== 'suggestion') found.push(`${name}: ${formatMessage(message, pkg)}`)
    }
  }
  if (found.length > 0) throw new Error(found.join('\n'))
  return undefined
}

async function checkTypes(): Promise<undefined> {
  const attw = join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist', 'index.js')
  // We are ESM only. The launcher is plain JavaScript that nobody imports.
  const options = ['--profile', 'esm-only', '--no-color', '--no-emoji', '--exclude-entrypoints', './launch']
  await Promise.all(publishable.map((name) => run(process.execPath, [attw, fileOf(name), ...options])))
  return undefined
}

async function install(): Promise<undefined> {
  mkdirSync(project)
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'empty-project', version: '1.0.0', private: true, type: 'module' }),
  )
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  const types = ['typescript', '@types/node'].map((name) => `${name}@${versionOf(name)}`)
  await run('npm', ['install', ...flags, ...files, ...types], project)
  return undefined
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(repository, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

/** The first TypeScript block of the README, as its reader would save it. */
function example(): string {
  const block = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(repository, 'README.md'), 'utf8'))?.[1]
  if (!block) throw new Error('README.md has no ```ts block')
  return block
}

async function compileExample(): Promise<undefined> {
  writeFileSync(join(project, 'example.ts'), example())
  const compilerOptions = {
    ...{ target: 'es2024', module: 'nodenext', strict: true, noEmit: true, types: ['node'] },
    // Our declarations must hold for whoever checks them.
    ...{ skipLibCheck: false, exactOptionalPropertyTypes: true },
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }))
  await run(join(project, 'node_modules', '.bin', 'tsc'), [], project)
  return undefined
}

/** With nothing configured: it starts a server of its own from the installed packages. */
async function runExample(): Promise<string> {
  const output = await runIn(process.execPath, ['example.ts'])
  if (!/Completed/.test(output)) throw new Error(`It did not say Completed:\n${output}`)
  return `${output.trim().split('\n').length} lines of output`
}

function runIn(program: string, args: readonly string[]): Promise<string> {
  const home = join(scratch, 'home')
  mkdirSync(home, { recursive: true })
  // The bins begin with `env node`, which must be ours: npm may run on an older one.
  const path = `PATH=${dirname(process.execPath)}:${process.env.PATH}`
  return run(
    'env',
    [path, `ORRERY_HOME=${home}`, `PREFECT_HOME=${home}`, 'NO_COLOR=1', program, ...args],
    project,
  )
}

async function lookAtServer(): Promise<string> {
  const bin = join(project, 'node_modules', '.bin', 'orrery')
  const started = await runIn(bin, ['server', 'start', '--local', '--port', '0', '--background'])
  const url = /up at (\S+)/.exec(started)?.[1]
  if (!url) throw new Error(started)
  try {
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
    if (!script) throw new Error(`The page at ${url} is not the UI:\n${page.slice(0, 500)}`)
    const answer = await fetch(url + script)
    if (!answer.ok) throw new Error(`${script} answered ${answer.status}`)
    const health = await fetch(`${url}/api/health`)
    if (!health.ok) throw new Error(`/api/health answered ${health.status}`)
  } finally {
    await runIn(bin, ['server', 'stop'])
  }
  return 'ok'
}

async function measureCommands(): Promise<string> {
  const bin = join(project, 'node_modules', '.bin', 'orrery')
  // npm may have something of its own to say before.
  const said = (await runIn('npx', ['orrery', '--version'])).trim().split('\n').at(-1)
  if (said !== `orrery ${manifestOf('orrery').version}`) throw new Error(`npx orrery --version said: ${said}`)
  await runIn(join(project, 'node_modules', '.bin', 'prefect'), ['config', 'view'])
  const times: string[] = []
  for (const args of ['--version', 'config view']) {
    const runs: number[][] = []
    for (let attempt = 0; attempt < 7; attempt++) {
      const timed = await runIn('bash', ['-c', `TIMEFORMAT='%R %U %S'; time "${bin}" ${args} >/dev/null`])
      runs.push(timed.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [])
    }
    const best = (pick: (run: number[]) => number) => `${Math.round(1000 * Math.min(...runs.map(pick)))} ms`
    times.push(
      `orrery ${args} ${best(([wall = 0]) => wall)} (${best(([, user = 0, system = 0]) => user + system)} of CPU)`,
    )
  }
  return `${times.join(', ')}; best of 7, at most 150 ms wanted`
}

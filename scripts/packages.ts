/** What is published: building the packages into `dist/packages`, and packing them. */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

export const repository = join(import.meta.dirname, '..')
/** One folder a package, as it is published. Not inside the packages: the sources would then find stale builds. */
export const built = join(repository, 'dist', 'packages')

// In waves: each imports only from those before it.
const WAVES = [['schemas'], ['core', 'client'], ['sdk', 'server'], ['cli'], ['orrery']]
export const publishable = WAVES.flat()

interface Manifest {
  name: string
  files: string[]
  exports: Record<string, string | Record<string, string>>
  [key: string]: unknown
}

export const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(repository, 'packages', name, 'package.json'), 'utf8')) as Manifest

/** Runs a program; rejects with what it printed if it fails. */
export function run(program: string, args: readonly string[], cwd = repository): Promise<string> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`))
    })
  })
}

/** Without what npm and the caller's own configuration of Orrery put there. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(PREFECT|ORRERY)_/.test(name) && !/^npm_(package|lifecycle)_/.test(name),
    ),
  )
}

export async function buildPackages(): Promise<void> {
  rmSync(built, { recursive: true, force: true })
  const web = run(process.execPath, [join(repository, 'scripts', 'prepare.mjs')])
  for (const wave of WAVES) await Promise.all(wave.map(compile))
  await web
  const pages = join(repository, 'packages', 'web', 'dist')
  if (!existsSync(join(pages, 'index.html'))) throw new Error('The web UI is not built: npm run build:web')
  cpSync(pages, join(built, 'server', 'dist', 'web'), { recursive: true })
  for (const name of publishable) stage(name)
}

async function compile(name: string): Promise<void> {
  const source = join(repository, 'packages', name, 'src')
  const configs = join(repository, '.cache', 'build')
  mkdirSync(configs, { recursive: true })
  const config = join(configs, `${name}.json`)
  const tests = ['*.test.ts', '*.test-d.ts'].map((pattern) => join(source, '**', pattern))
  const support = ['test-support', 'testing', 'interop'].map((folder) => join(source, '**', folder, '**'))
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(repository, 'tsconfig.base.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        rewriteRelativeImportExtensions: true,
        customConditions: [],
        // The built neighbours, not their sources.
        paths: typesOfNeighbours(),
        rootDir: source,
        outDir: join(built, name, 'dist'),
      },
      include: [join(source, '**', '*.ts')],
      exclude: [...tests, ...support],
    }),
  )
  await run(join(repository, 'node_modules', '.bin', 'tsc'), ['-p', config])
}

function typesOfNeighbours(): Record<string, string[]> {
  const paths: Record<string, string[]> = {}
  for (const name of publishable) {
    const { name: full, exports } = manifestOf(name)
    for (const [path, target] of Object.entries(exports)) {
      if (typeof target === 'object' && target.types)
        paths[join(full, path)] = [join(built, name, target.types)]
    }
  }
  return paths
}

/** The manifest without what only a checkout has, the licence, and what else the package ships. */
function stage(name: string): void {
  const folder = join(repository, 'packages', name)
  const manifest = manifestOf(name)
  const exports: Manifest['exports'] = {}
  for (const [path, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') exports[path] = target
    else {
      const { '@orrery/source': _, ...conditions } = target
      if (Object.keys(conditions).length > 0) exports[path] = conditions
    }
  }
  writeFileSync(join(built, name, 'package.json'), `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`)
  for (const file of manifest.files.filter((each) => each !== 'dist')) {
    cpSync(join(folder, file), join(built, name, file), { recursive: true })
  }
  cpSync(join(repository, 'LICENSE'), join(built, name, 'LICENSE'))
  const readme = [join(folder, 'README.md'), join(repository, 'README.md')].find(existsSync)
  if (readme) cpSync(readme, join(built, name, 'README.md'))
  const bin = join(built, name, 'dist', 'bin.js')
  if (existsSync(bin)) chmodSync(bin, 0o755)
}

/** Packs every built package; resolves to the files. */
export async function packPackages(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  const npm = ['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder]
  const folders = publishable.map((name) => join(built, name))
  await run(npm[0] ?? '', [...npm.slice(1), ...folders])
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => join(folder, file))
}

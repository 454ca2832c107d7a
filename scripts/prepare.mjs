// After `npm install` from a checkout: builds the web UI, so that `npm start` needs no further step.
// Runs on the Node that npm found, which may be older than ours; the build runs on the repository's own.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const web = join(root, 'packages/web')
const node = join(root, 'node_modules/.bin/node')
const vite = join(root, 'node_modules/vite/bin/vite.js')

/** The newest change below a folder, in milliseconds since the epoch. */
function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0)
}

function isFresh() {
  const built = join(web, 'dist/index.html')
  if (!existsSync(built)) return false
  const sources = ['src', 'index.html', 'vite.config.ts', 'public']
    .map((name) => join(web, name))
    .filter(existsSync)
  return Math.max(...sources.map(newest)) < statSync(built).mtimeMs
}

if (existsSync(vite) && existsSync(node) && existsSync(join(web, 'index.html')) && !isFresh()) {
  const result = spawnSync(node, [vite, 'build', web, '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (result.status !== 0) {
    console.error('The web UI could not be built; the API works without it. Try: npm run build:web')
    if (process.env.CI) process.exit(1)
  }
}

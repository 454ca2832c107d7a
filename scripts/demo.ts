// `npm run demo`: a server, an owner, a workspace, a key and a TypeScript flow, and the links that open its run.
// The server stays until Ctrl-C; with --exit it ends with the flow, for CI. Data and password lie in .orrery/demo.
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { adminBootstrap, type RunningServer, readConfig, StartError, startServer } from '@orrery/server'

const PORT = Number(process.env.ORRERY_DEMO_PORT ?? 4200)
const EMAIL = 'demo@orrery.example'

const exit = process.argv.includes('--exit')
const home = process.env.ORRERY_DEMO_HOME ?? join(import.meta.dirname, '..', '.orrery', 'demo')
mkdirSync(home, { recursive: true, mode: 0o700 })

/** What one demo leaves for the next: the owner keeps the password of the first. */
interface Memory {
  password: string
  url?: string
}
const memoryFile = join(home, 'demo.json')
const memory: Memory = existsSync(memoryFile)
  ? (JSON.parse(readFileSync(memoryFile, 'utf8')) as Memory)
  : { password: randomBytes(12).toString('base64url') }
const remember = () => writeFileSync(memoryFile, JSON.stringify(memory), { mode: 0o600 })
remember()

const made = await adminBootstrap(configOf(PORT), {
  email: EMAIL,
  password: memory.password,
  workspace: 'Observatory',
  keyName: 'demo',
})
const { url, own } = await findOrStart()
const workspace = `${made.account_id}/workspaces/${made.workspace_id}`
const settings = {
  PREFECT_CLOUD_API_URL: `${url}/api`,
  PREFECT_API_URL: `${url}/api/accounts/${workspace}`,
  PREFECT_API_KEY: made.api_key,
}
const ui = `${url}/account/${made.account_id}/workspace/${made.workspace_id}`

console.log(`\nOrrery is up at ${url}`)
console.log(`  Sign in:   ${EMAIL}`)
console.log(`  Password:  ${memory.password}`)
console.log(`  Workspace: ${ui}/dashboard\n`)

const code = await runFlow()
if (code !== 0) console.error(`\nThe flow ended with exit code ${code}.`)

if (exit || !own) {
  await own?.close()
  process.exitCode = code
} else {
  console.log(
    `\nThe server stays up at ${url}. Sign in as ${EMAIL} with ${memory.password}. Stop it with Ctrl-C.`,
  )
  console.log('Your own flows reach it with:')
  const assignments = Object.entries(settings).map(([name, value]) => `${name}="${value}"`)
  console.log(`  npx orrery config set ${assignments.join(' ')}`)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await own.close()
}

function configOf(port: number) {
  return readConfig(
    { host: '127.0.0.1', port, logLevel: 'error' },
    { ORRERY_HOME: home, ORRERY_LOG_FORMAT: 'pretty' },
  )
}

/** The server of a demo that still runs in another terminal, else one in this process: on 4200, or on a free port. */
async function findOrStart(): Promise<{ url: string; own?: RunningServer }> {
  if (memory.url && (await knowsKey(memory.url))) return { url: memory.url }
  const own = await startServer(configOf(PORT)).catch((error: unknown) => {
    if (error instanceof StartError && error.message.includes('is taken')) return startServer(configOf(0))
    throw error
  })
  memory.url = own.url
  remember()
  return { url: own.url, own }
}

/** Whether the server there has our data: any other would not know the key. */
async function knowsKey(address: string): Promise<boolean> {
  try {
    const headers = { authorization: `Bearer ${made.api_key}` }
    const answer = await fetch(`${address}/api/me/workspaces`, { headers, signal: AbortSignal.timeout(2000) })
    return answer.ok
  } catch {
    return false
  }
}

/** In a process of its own, with nothing but the settings that any user would set. Resolves to its exit code. */
function runFlow(): Promise<number> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PREFECT_'))
  const child = fork(join(import.meta.dirname, 'demo-flow.ts'), [], {
    execArgv: ['--conditions=@orrery/source'],
    env: {
      ...Object.fromEntries(inherited),
      PREFECT_HOME: home,
      ...settings,
    },
  })
  child.once('message', (message) => {
    const { flowRunId } = message as { flowRunId: string }
    console.log(`\nWatch the run:  ${ui}/runs/flow-run/${flowRunId}\n`)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode) => resolve(exitCode ?? 1))
  })
}

import { spawn } from 'node:child_process'
import type { World } from './cli.ts'

/** The world of a real process. */
export const processWorld = (): World => ({
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  openBrowser: (url) => openBrowser(url, process.env),
})

// A browser that cannot start says so at once; one that runs does not come back.
const FAILURE_MILLIS = 1000

/** Opens an address with `$BROWSER` (where `%s` stands for it), else with the system's own opener. */
async function openBrowser(url: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const chosen = env.BROWSER?.split(':')[0]?.trim()
  const commands: [string, string[]][] = []
  if (chosen) {
    const [program = '', ...args] = chosen.split(/\s+/)
    const filled = args.map((arg) => arg.replaceAll('%s', url))
    commands.push([program, chosen.includes('%s') ? filled : [...filled, url]])
  } else if (process.platform === 'darwin') commands.push(['open', [url]])
  else if (process.platform === 'win32') commands.push(['rundll32', ['url.dll,FileProtocolHandler', url]])
  else if (env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME) {
    commands.push(['xdg-open', [url]], ['wslview', [url]])
  }
  for (const [program, args] of commands) if (await starts(program, args)) return true
  return false
}

function starts(program: string, args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true })
    const timer = setTimeout(() => resolve(true), FAILURE_MILLIS)
    child.once('error', () => {
      clearTimeout(timer)
      resolve(false)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      resolve(code === 0)
    })
    child.unref()
  })
}

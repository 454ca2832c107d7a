import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Env, orreryHome } from '@orrery/client/settings'

/** What is known of the server that `orrery server start --background` started. */
export interface BackgroundServer {
  readonly pid: number
  /** Where it listens, without a trailing slash and without `/api`. */
  readonly url: string
  readonly log: string
  /** What tells this process from a later one with the same number; null where the system does not say. */
  readonly birth: string | null
}

export const pidFile = (env: Env): string => join(orreryHome(env), 'server.pid')
export const logFile = (env: Env): string => join(orreryHome(env), 'server.log')

/** The server in the background; undefined when there is none, or when it has ended without removing its file. */
export function findBackgroundServer(env: Env): BackgroundServer | undefined {
  let server: BackgroundServer
  try {
    server = JSON.parse(readFileSync(pidFile(env), 'utf8')) as BackgroundServer
  } catch {
    return undefined
  }
  if (!Number.isInteger(server.pid) || server.pid <= 0 || !isAlive(server.pid)) return undefined
  return server.birth === null || birthOf(server.pid) === server.birth ? server : undefined
}

export function writePidFile(env: Env, server: BackgroundServer): void {
  const path = pidFile(env)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, `${JSON.stringify(server)}\n`, { mode: 0o600 })
}

export function removePidFile(env: Env): void {
  rmSync(pidFile(env), { force: true })
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The start time of a process, as Linux counts it. The name before it may hold spaces and brackets. */
export function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

/** Whether an API answers. Never throws. */
export async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

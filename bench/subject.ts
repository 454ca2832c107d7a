/** The two servers behind one face, so that every part of the bench drives both in the same way. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startGenuine } from '../interop/genuine.ts'
import { isObject, type JsonObject, text } from '../interop/json.ts'
import { bootstrap, cloudTarget, startOurs } from '../interop/ours.ts'
import type { Postgres } from '../interop/postgres.ts'
import { sleep } from '../interop/process.ts'
import { request, type Target } from '../interop/target.ts'

export type Database = 'sqlite' | 'postgres'
export type SubjectName = 'genuine' | 'ours'

export type Subject = {
  name: SubjectName
  database: Database
  target: Target
  pid: number
  startedIn: number
  stop(): Promise<void>
}

export type Installation = {
  name: SubjectName
  database: Database
  home: string
  databaseUrl?: string
  /** Where our server writes a CPU profile when it ends. */
  profileTo?: string
}

let made = 0

/** A new, empty installation. */
export async function install(
  name: SubjectName,
  database: Database,
  root: string,
  postgres: Postgres | undefined,
  profileTo?: string,
): Promise<Installation> {
  made++
  const home = join(root, `${name}-${database}-${made}`)
  mkdirSync(home, { recursive: true })
  const installation: Installation = { name, database, home, ...(profileTo ? { profileTo } : {}) }
  if (database === 'sqlite') return installation
  if (!postgres) throw new Error('PostgreSQL is not running')
  const url = await postgres.createDatabase(`${name}_${made}`)
  return {
    ...installation,
    databaseUrl: name === 'genuine' ? url.replace('postgres:', 'postgresql+asyncpg:') : url,
  }
}

export async function open(installation: Installation): Promise<Subject> {
  const { name, database, home, databaseUrl, profileTo } = installation
  const options = { home, ...(databaseUrl ? { databaseUrl } : {}) }
  if (name === 'genuine') {
    const server = await startGenuine(options)
    const target: Target = {
      name,
      apiUrl: server.apiUrl,
      headers: {},
      settings: { PREFECT_API_URL: server.apiUrl },
    }
    return { ...server, name, database, target }
  }
  const nodeOptions = profileTo ? ['--cpu-prof', `--cpu-prof-dir=${profileTo}`] : []
  const server = await startOurs({ ...options, nodeOptions })
  try {
    const target = cloudTarget(server, await bootstrap(options))
    return { ...server, name, database, target: { ...target, name } }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** An answer of 503 means "again", and the genuine server gives it when the machine is busy. */
async function insist(subject: Subject, path: string, body: unknown): Promise<JsonObject> {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await request(subject.target, 'POST', path, body)
      if (isObject(answer)) return answer
    } catch (error) {
      if (attempt >= 20 || !String(error).includes('answered 503')) throw error
    }
    await sleep(500)
  }
}

export async function createFlow(subject: Subject): Promise<{ id: string; name: string }> {
  return { id: text((await insist(subject, '/flows/', { name: 'bench' })).id), name: 'bench' }
}

export function createFlowRun(subject: Subject, flowId: string): Promise<JsonObject> {
  const state = { type: 'PENDING', name: 'Pending', state_details: {} }
  return insist(subject, '/flow_runs/', { flow_id: flowId, state })
}

export function eventsUrl(subject: Subject): string {
  return `${subject.target.apiUrl.replace(/^http/, 'ws')}/events/in`
}

/** Runs every script in flows/ against one target, one after the other, and reads back what each of them left. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prefectEnvironment, venv } from './genuine.ts'
import type { JsonObject } from './json.ts'
import { type Normalised, normalise } from './normalise.ts'
import { run, sleep } from './process.ts'
import { type Records, readRecords, type Window } from './records.ts'
import type { Target } from './target.ts'

const folder = join(import.meta.dirname, 'flows')

/** Last: runs that another loop of the server would touch again if the harness took its time. */
const last = ['pause_resume.py', 'cancellation.py']

export function listScripts(only?: string[]): string[] {
  const rank = (name: string) => last.indexOf(name)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .filter((name) => !only || only.includes(name.replace(/\.py$/, '')))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

/** Plain data, so that it can be kept: reading it again needs no server. */
export type Capture = {
  script: string
  /** Of the script's text: a kept capture of another text is of no use. */
  hash: string
  records: Records
  replacements: [string, string][]
  output: JsonObject
}

export function normaliseCapture(capture: Capture, records = capture.records): Normalised {
  const result = normalise(records, capture.replacements)
  result.set('output', outputOf(capture))
  return result
}

export function hashOf(script: string): string {
  return createHash('sha256')
    .update(readFileSync(join(folder, script)))
    .digest('hex')
}

type Ran = { script: string; hash: string; window: Window; home: string; output: JsonObject }

export async function capture(target: Target, scripts: string[], settleSeconds: number): Promise<Capture[]> {
  const homes = mkdtempSync(join(tmpdir(), 'orrery-interop-'))
  try {
    const ran: Ran[] = []
    for (const script of scripts) ran.push(await runScript(target, script, join(homes, script)))
    // Batches are written some seconds after the client has gone; that is no difference, it is waited for.
    await sleep(settleSeconds * 1000)
    const captures: Capture[] = []
    for (const { script, hash, window, home, output } of ran) {
      captures.push({
        script: script.replace(/\.py$/, ''),
        hash,
        records: await readRecords(target, window),
        replacements: replacementsFor(target, home),
        output,
      })
    }
    return captures
  } finally {
    rmSync(homes, { recursive: true, force: true })
  }
}

async function runScript(target: Target, script: string, home: string): Promise<Ran> {
  mkdirSync(home, { recursive: true })
  const hash = hashOf(script)
  const since = new Date().toISOString()
  const finished = await run(join(venv, 'bin', 'python'), [join(folder, script)], {
    env: prefectEnvironment(home, target.settings),
    cwd: home,
    timeoutSeconds: 120,
  })
  // The window ends a moment after the script: its last event carries a time before its end, rounded to milliseconds here.
  await sleep(20)
  const until = new Date().toISOString()
  const tail = finished.code === 0 ? null : finished.stderr.split('\n').slice(-4).join('\n')
  return {
    script,
    hash,
    window: { since, until },
    home,
    output: { code: finished.code, signal: finished.signal, stdout: finished.stdout, 'end of stderr': tail },
  }
}

function replacementsFor(target: Target, home: string): [string, string][] {
  const ui = target.apiUrl.replace(/\/api\/.*|\/api$/, '')
  const path = /\/accounts\/([^/]+)\/workspaces\/([^/]+)/.exec(target.apiUrl)
  return [
    [home, '<home>'],
    [target.apiUrl, '<api>'],
    ...(path ? ([[`${ui}/account/${path[1]}/workspace/${path[2]}`, '<ui>']] as [string, string][]) : []),
    [ui, '<ui>'],
  ]
}

function outputOf({ output, replacements }: Capture): JsonObject {
  const plain = (value: string) => {
    let result = value
    for (const [from, to] of replacements) result = result.replaceAll(from, to)
    return result
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<uuid>')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, '<time>')
  }
  return Object.fromEntries(
    Object.entries(output).map(([key, value]) => [key, typeof value === 'string' ? plain(value) : value]),
  )
}

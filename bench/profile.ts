/** The functions in which a V8 CPU profile spent most of its samples, by their own time. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Profile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

export function hottest(folder: string, count = 18): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))
  const lines: string[] = []
  for (const file of files) {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile
    const places = new Map(profile.nodes.map((node) => [node.id, place(node.callFrame)]))
    const own = new Map<string, number>()
    let total = 0
    profile.samples.forEach((id, index) => {
      const delta = profile.timeDeltas[index] ?? 0
      const name = places.get(id) ?? '?'
      total += delta
      own.set(name, (own.get(name) ?? 0) + delta)
    })
    const idle = own.get('(idle) ') ?? 0
    // A reader thread that had nothing to do explains nothing.
    if (idle / total > 0.9) continue
    lines.push(`  ${join(folder, file)}: ${((1 - idle / total) * 100).toFixed(0)} % busy, of which`)
    own.delete('(idle) ')
    total -= idle
    const sorted = [...own].sort(([, a], [, b]) => b - a).slice(0, count)
    for (const [name, time] of sorted)
      lines.push(`  ${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`)
  }
  return `${lines.join('\n')}\n`
}

function place(frame: { functionName: string; url: string; lineNumber: number }): string {
  const file = frame.url.replace(/^file:\/\//, '').replace(/^.*\/(node_modules|packages)\//, '$1/')
  return `${frame.functionName || '(anonymous)'} ${file}${frame.lineNumber > 0 ? `:${frame.lineNumber + 1}` : ''}`
}

// Python tracebacks inside a message: frames of other people's code are folded, the author's own stay in sight.
export type Part =
  | { kind: 'text'; lines: string[] }
  | { kind: 'trace-head'; line: string }
  | { kind: 'frame'; file: string; where: string; source: string[] }
  | { kind: 'folded'; count: number; packages: string[]; lines: string[] }
  | { kind: 'error'; lines: string[] }

const HEAD = /^\s*Traceback \(most recent call last\):/
const FRAME = /^\s*File "([^"]+)", line (\d+)(, in .*)?$/
const FOREIGN =
  /(?:site-packages|dist-packages)[\\/]([^\\/]+)|[\\/]lib[\\/]python3[^\\/]*[\\/](?!site-packages)([^\\/]+?)(?:\.py)?(?:[\\/]|$)/

/** Splits a message into text and the parts of its tracebacks. */
export function parseMessage(message: string): Part[] {
  if (!message.includes('Traceback (most')) return [{ kind: 'text', lines: [message] }]
  const lines = message.split('\n')
  const parts: Part[] = []
  let i = 0
  while (i < lines.length) {
    if (!HEAD.test(lines[i]!)) {
      const last = parts.at(-1)
      if (last?.kind === 'text') last.lines.push(lines[i]!)
      else parts.push({ kind: 'text', lines: [lines[i]!] })
      i++
      continue
    }
    parts.push({ kind: 'trace-head', line: lines[i]!.trim() })
    i++
    while (i < lines.length && (FRAME.test(lines[i]!) || /^\s{2,}/.test(lines[i]!))) {
      const frame = FRAME.exec(lines[i]!)
      if (!frame) {
        const last = parts.at(-1)
        if (last?.kind === 'folded') last.lines.push(lines[i]!)
        else if (last?.kind === 'frame') last.source.push(lines[i]!)
        i++
        continue
      }
      const foreign = FOREIGN.exec(frame[1]!)
      if (foreign) fold(parts, foreign[1] ?? foreign[2] ?? 'python', lines[i]!)
      else
        parts.push({
          kind: 'frame',
          file: `"${frame[1]}", line ${frame[2]}`,
          where: frame[3] ?? '',
          source: [],
        })
      i++
    }
    const error: string[] = []
    while (i < lines.length && lines[i]!.trim() !== '' && !HEAD.test(lines[i]!)) error.push(lines[i++]!)
    if (error.length) parts.push({ kind: 'error', lines: error })
  }
  return parts
}

function fold(parts: Part[], name: string, line: string): void {
  const last = parts.at(-1)
  if (last?.kind === 'folded') {
    last.count++
    last.lines.push(line)
    if (!last.packages.includes(name)) last.packages.push(name)
  } else parts.push({ kind: 'folded', count: 1, packages: [name], lines: [line] })
}

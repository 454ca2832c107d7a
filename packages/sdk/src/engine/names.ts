import { createHash } from 'node:crypto'
import { RunNameError } from '../errors.ts'

/**
 * The key by which a task is known across runs and processes. Made from its name alone: unlike the function's text, the
 * name survives transpilers and minifiers.
 */
export function keyOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return `${slug || 'task'}-${createHash('md5').update(name).digest('hex').slice(0, 8)}`
}

/**
 * The parameter names of a function, read from its text. A destructured parameter is called `input`; one that cannot
 * be read `arg0`, `arg1`, ….
 */
export function parameterNames(fn: (...args: never[]) => unknown): string[] {
  const text = Function.prototype.toString.call(fn)
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(text)
  if (single?.[1]) return [single[1]]
  const open = text.indexOf('(')
  if (open < 0) return []
  const names: string[] = []
  let depth = 0
  let start = open + 1
  for (let index = open; index < text.length; index++) {
    const char = text[index] ?? ''
    if (char === '"' || char === "'" || char === '`') index = endOfString(text, index, char)
    else if (char === '/' && text[index + 1] === '*') index = text.indexOf('*/', index) + 1
    else if (char === '/' && text[index + 1] === '/') index = text.indexOf('\n', index)
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
    if ((char === ',' && depth === 1) || depth === 0) {
      const part = text
        .slice(start, index)
        .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        .trim()
      if (part) names.push(nameOfParameter(part, names.length))
      start = index + 1
      if (depth === 0) break
    }
  }
  return names
}

function endOfString(text: string, from: number, quote: string): number {
  for (let index = from + 1; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === quote) return index
  }
  return text.length
}

function nameOfParameter(part: string, position: number): string {
  if (part.startsWith('{') || part.startsWith('[')) return position === 0 ? 'input' : `input${position}`
  return /^(?:\.\.\.)?\s*([\w$]+)/.exec(part)?.[1] ?? `arg${position}`
}

/**
 * Fills `{name}`, `{name.key}` and `{name[0]}` from values; `{{` and `}}` are braces.
 * @throws RunNameError naming what there is
 */
export function fillTemplate(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, path: string | undefined) => {
    if (path === undefined) return whole[0] ?? ''
    const keys = path.split(/[.[\]]+/).filter((key) => key !== '')
    let value: unknown = values
    for (const key of keys) {
      const known = typeof value === 'object' && value !== null && key in value
      if (!known) {
        throw new RunNameError(
          `The template '${template}' names '${path}', which is not there. It may use: ${Object.keys(values).join(', ') || 'nothing'}.`,
        )
      }
      value = (value as Record<string, unknown>)[key]
    }
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
  })
}

/** The file of whoever called `made`, which is on the stack. */
export function callerFile(made: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {}
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, made)
  Error.stackTraceLimit = stackTraceLimit
  const match = /\(?((?:file:\/\/)?\/[^()]*?):\d+:\d+\)?$/m.exec(holder.stack ?? '')
  return match?.[1]?.replace(/^file:\/\//, '')
}

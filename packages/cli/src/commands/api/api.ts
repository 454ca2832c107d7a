import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  ApiError,
  type Connection,
  HttpClient,
  isCloud,
  ServerUnreachableError,
} from '@orrery/client/browser'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

interface Options {
  data?: string
  header?: string[]
  verbose?: boolean
  root?: boolean
  account?: boolean
}

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

export async function run(cli: Cli, methodName: string, path: string, options: Options): Promise<void> {
  const method = methodName.toUpperCase()
  if (!METHODS.includes(method)) {
    throw new CliError(`'${methodName}' is not an HTTP method. It must be one of: ${METHODS.join(', ')}`)
  }
  const connection = await cli.connection()
  const url = baseOf(connection, options) + (path.startsWith('/') ? path : `/${path}`)
  const headers = readHeaders(options.header ?? [])
  const body = await readBody(cli, method, options.data)
  const client = new HttpClient({
    ...connection,
    // The answer itself says better what is wrong with an address than a probe of it.
    versionCheck: false,
    ...(options.verbose ? { fetch: tracing(cli) } : {}),
  })
  try {
    const text = await client.request<string>(method, url, {
      headers,
      as: 'text',
      ...(body === undefined ? {} : { body }),
    })
    printBody(cli, text)
  } catch (error) {
    if (error instanceof ServerUnreachableError) throw new CliError(error.message, 7)
    if (!(error instanceof ApiError)) throw error
    cli.note(`Error: ${error.status}`, 'red')
    if (typeof error.body === 'string' && error.body !== '') cli.note(pretty(error.body))
    if (error.status === 401) cli.note('Check the API key with: orrery config view')
    const code = error.status === 401 || error.status === 403 ? 3 : error.status < 500 ? 4 : 5
    throw new CliError('', code)
  }
}

function baseOf(connection: Connection, options: Options): string {
  if (!options.root && !options.account) return connection.apiUrl.replace(/\/+$/, '')
  if (options.root && options.account) throw new CliError('Give --root or --account, not both.')
  if (!isCloud(connection)) {
    throw new CliError(
      '--root and --account are for servers with accounts, and PREFECT_API_URL is not below PREFECT_CLOUD_API_URL. ' +
        'Set both by logging in: orrery cloud login',
    )
  }
  if (options.root) return connection.cloudApiUrl ?? ''
  const account = /^.*\/accounts\/[0-9a-f-]{36}/.exec(connection.apiUrl)?.[0]
  if (account === undefined)
    throw new CliError(`There is no account in PREFECT_API_URL (${connection.apiUrl}).`)
  return account
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const at = line.indexOf(':')
    if (at < 1) throw new CliError(`'${line}' is not a header. Write it as "Name: value".`)
    headers[line.slice(0, at).trim()] = line.slice(at + 1).trim()
  }
  return headers
}

async function readBody(cli: Cli, method: string, data: string | undefined): Promise<unknown> {
  if (data !== undefined) {
    if (!data.startsWith('@')) return parse(data, 'The data is')
    const path = resolve(cli.world.cwd, data.slice(1))
    if (!existsSync(path)) throw new CliError(`There is no file ${path}`)
    return parse(readFileSync(path, 'utf8'), `${path} is`)
  }
  const piped = await readPiped(cli)
  if (piped.trim() !== '') return parse(piped, 'What is piped in is')
  return ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined
}

async function readPiped(cli: Cli): Promise<string> {
  const { stdin } = cli.world
  if (stdin.isTTY) return ''
  let text = ''
  for await (const chunk of stdin) text += String(chunk)
  return text
}

function parse(text: string, subject: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CliError(`${subject} not JSON: ${(error as Error).message}`)
  }
}

function printBody(cli: Cli, text: string): void {
  if (text === '') return
  cli.print(cli.world.stdout.isTTY ? pretty(text) : text)
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** A fetch that prints what goes over the wire, without the key. */
function tracing(cli: Cli): typeof fetch {
  return async (input, init) => {
    cli.note(`> ${init?.method ?? 'GET'} ${String(input)}`, 'gray')
    for (const [name, value] of new Headers(init?.headers)) {
      cli.note(
        cli.style('gray', `> ${name}: ${name === 'authorization' ? value.replace(/ .*/, ' ***') : value}`),
      )
    }
    const response = await fetch(input, init)
    cli.note(`< ${response.status} ${response.statusText}`, 'gray')
    for (const [name, value] of response.headers) cli.note(`< ${name}: ${value}`, 'gray')
    return response
  }
}

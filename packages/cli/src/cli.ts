import { styleText } from 'node:util'
import type { ApiClient, Connection } from '@orrery/client/browser'
import { type Env, loadSettings, parseBoolean, type Settings } from '@orrery/client/settings'
import { CliError } from './errors.ts'
import { type Column, formatTable } from './ui/table.ts'

/** A stream to write to, and what is known of the terminal behind it. */
export interface OutputStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Everything of the outside world that a command touches. Tests give their own. */
export interface World {
  readonly env: Env
  readonly cwd: string
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined }
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** Opens an address in the reader's browser; false when there is none. */
  readonly openBrowser: (url: string) => Promise<boolean>
  /** Ends what runs until it is told to stop. */
  readonly signal?: AbortSignal | undefined
}

export type Style = Parameters<typeof styleText>[0]

/** What a command is given: settings, the API, and ways to print and to ask. */
export class Cli {
  readonly world: World
  /** The profile of `-p`. */
  profile: string | undefined
  /** `--prompt` or `--no-prompt`. */
  prompt: boolean | undefined
  #settings: Settings | undefined

  constructor(world: World) {
    this.world = world
  }

  /** Where settings are looked for. */
  get sources(): { env: Env; cwd: string; profile?: string } {
    const { env, cwd } = this.world
    return { env, cwd, ...(this.profile === undefined ? {} : { profile: this.profile }) }
  }

  get settings(): Settings {
    this.#settings ??= loadSettings(this.sources)
    return this.#settings
  }

  /** The connection that the settings describe. Throws `ApiNotConfiguredError`. */
  async connection(): Promise<Connection> {
    const { connectionFromSettings } = await import('@orrery/client/settings')
    const connection = connectionFromSettings(this.settings)
    if (connection) return { ...connection, onWarning: (message) => this.warn(message) }
    const { ApiNotConfiguredError } = await import('@orrery/client/browser')
    throw new ApiNotConfiguredError()
  }

  /** A client of the configured API. Throws `ApiNotConfiguredError`. */
  async api(): Promise<ApiClient> {
    const [{ ApiClient }, connection] = await Promise.all([
      import('@orrery/client/browser'),
      this.connection(),
    ])
    return new ApiClient(connection)
  }

  /** Paints a text of the output. */
  style(style: Style, text: string): string {
    return this.#paint(this.world.stdout, style, text)
  }

  /** Colours only on a terminal, and never against `NO_COLOR` or `PREFECT_CLI_COLORS=false`. */
  #paint(stream: OutputStream, style: Style, text: string): string {
    const { env } = this.world
    if (env.NO_COLOR) return text
    const setting = env.PREFECT_CLI_COLORS ?? this.#settings?.get('PREFECT_CLI_COLORS')
    if (setting && !parseBoolean('PREFECT_CLI_COLORS', setting)) return text
    const on = env.FORCE_COLOR ? env.FORCE_COLOR !== '0' : stream.isTTY === true && env.TERM !== 'dumb'
    return on ? styleText(style, text, { validateStream: false }) : text
  }

  /** A line of output. */
  print(text = ''): void {
    this.world.stdout.write(`${text}\n`)
  }

  /** A line that says what was done. */
  success(text: string): void {
    this.print(this.style('green', text))
  }

  /** A line beside the output, on the error stream. */
  note(text: string, style?: Style): void {
    const { stderr } = this.world
    stderr.write(`${style ? this.#paint(stderr, style, text) : text}\n`)
  }

  /** A line about something that will surprise, on the error stream. */
  warn(text: string): void {
    this.note(text, 'yellow')
  }

  json(value: unknown): void {
    this.print(JSON.stringify(value, null, 2))
  }

  /** A table; on a terminal no wider than it, elsewhere nothing is cut. */
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void {
    const { stdout } = this.world
    const width = stdout.isTTY ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY
    for (const line of formatTable(rows, columns, width, (style, text) => this.style(style, text))) {
      this.print(line)
    }
  }

  /** Whether questions may be asked: `--prompt`, then `PREFECT_CLI_PROMPT`, then whether both ends are a terminal. */
  get interactive(): boolean {
    if (this.prompt !== undefined) return this.prompt
    const setting = this.settings.get('PREFECT_CLI_PROMPT')
    if (setting) return parseBoolean('PREFECT_CLI_PROMPT', setting)
    return this.world.stdin.isTTY === true && this.world.stdout.isTTY === true
  }

  /** A yes or no. Only where {@link interactive}. */
  async confirm(question: string, fallback = false): Promise<boolean> {
    return (await import('./ui/prompt.ts')).confirm(this.world, question, fallback)
  }

  /** One of a numbered list. Only where {@link interactive}. */
  async select<T>(question: string, choices: readonly { label: string; value: T }[]): Promise<T> {
    return (await import('./ui/prompt.ts')).select(this.world, question, choices)
  }

  /** A line that is not shown while it is typed. Only where {@link interactive}. */
  async secret(question: string): Promise<string> {
    return (await import('./ui/prompt.ts')).secret(this.world, question)
  }

  /** Opens an address, or prints it where no browser is. */
  async open(url: string): Promise<void> {
    if (await this.world.openBrowser(url)) this.print(`Opened ${url}`)
    else this.print(`No browser could be started. Open this address: ${url}`)
  }

  /** Whether `--output json` was given. Throws for any other format. */
  wantsJson(options: { output?: string | undefined }): boolean {
    if (options.output === undefined) return false
    if (options.output.toLowerCase() === 'json') return true
    throw new CliError(`Output format '${options.output}' is not known. The only one is: --output json`)
  }
}

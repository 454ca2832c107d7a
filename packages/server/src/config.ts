import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The sign-in providers that are configured by environment variables. */
export interface ProviderConfig {
  id: 'google' | 'github' | 'oidc'
  name: string
  clientId: string
  clientSecret: string
  /** Only `oidc`: where `/.well-known/openid-configuration` lies. For the other two: overrides for tests and GitHub Enterprise. */
  issuer: string | null
}

export interface Config {
  mode: 'cloud' | 'local'
  host: string
  port: number
  /** Where the database, the secret and the state of the server lie. */
  home: string
  databaseUrl: string
  /** The public address, without a slash at the end; links and commands are made from it. */
  publicUrl: string
  /** Proxies whose `X-Forwarded-*` are believed, as CIDR or addresses. */
  trustedProxies: string[]
  services: boolean
  /** Marking overdue scheduled runs as Late, by Prefect's settings `PREFECT_SERVER_SERVICES_LATE_RUNS_…`. */
  lateRuns: { enabled: boolean; loopSeconds: number; afterSeconds: number }
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  logFormat: 'json' | 'pretty'
  signup: 'open' | 'closed' | null
  smtpUrl: string | null
  mailFrom: string
  providers: ProviderConfig[]
  secretKey: string | null
}

/** What the command line gives; each wins over the environment. */
export interface ConfigFlags {
  host?: string
  port?: number
  local?: boolean
  databaseUrl?: string
  services?: boolean
  logLevel?: string
}

/** All mistakes at once, so that a start tells everything that is wrong. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
  }
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** Reads the environment once; nothing else in the server reads it. */
export function readConfig(flags: ConfigFlags, env: NodeJS.ProcessEnv): Config {
  const problems: string[] = []
  const home = resolve(env.ORRERY_HOME || join(homedir(), '.orrery'))
  const host = flags.host ?? env.ORRERY_HOST ?? '127.0.0.1'
  const port = flags.port ?? readInteger('ORRERY_PORT', env.ORRERY_PORT ?? '4200', 0, 65535, problems)
  const databaseUrl = flags.databaseUrl ?? env.ORRERY_DATABASE_URL ?? `sqlite://${join(home, 'orrery.db')}`
  if (!/^(postgres(ql)?:\/\/|sqlite:)/.test(databaseUrl))
    problems.push(
      `ORRERY_DATABASE_URL is "${redactUrl(databaseUrl)}"; it must begin with postgresql:// or sqlite://`,
    )
  const mode = (flags.local ?? env.ORRERY_LOCAL === '1') ? 'local' : 'cloud'
  if (mode === 'local' && !isLoopback(host))
    problems.push(
      `Local mode has no accounts and listens on loopback only, not on ${host}. Leave --host out, or --local.`,
    )
  const url =
    env.ORRERY_URL ??
    `http://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  if (!/^https?:\/\/[^/]+/.test(url))
    problems.push(`ORRERY_URL is "${url}"; it must be like https://orrery.example.com`)
  const signup = env.ORRERY_SIGNUP ?? null
  if (signup !== null && signup !== 'open' && signup !== 'closed')
    problems.push(`ORRERY_SIGNUP is "${signup}"; it is open or closed`)
  const logLevel = flags.logLevel ?? env.ORRERY_LOG_LEVEL ?? 'info'
  if (!['debug', 'info', 'warn', 'error', 'silent'].includes(logLevel))
    problems.push(`The log level is "${logLevel}"; it is debug, info, warn, error or silent`)
  const logFormat = env.ORRERY_LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json')
  if (logFormat !== 'json' && logFormat !== 'pretty')
    problems.push(`ORRERY_LOG_FORMAT is "${logFormat}"; it is json or pretty`)
  const providers = readProviders(env, problems)
  const lateRuns = readLateRuns(env, problems)
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    mode,
    host,
    port,
    home,
    databaseUrl,
    publicUrl: url.replace(/\/+$/, ''),
    trustedProxies: (env.ORRERY_TRUSTED_PROXIES ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
    services: flags.services ?? true,
    lateRuns,
    logLevel: logLevel as Config['logLevel'],
    logFormat: logFormat as Config['logFormat'],
    signup: signup as Config['signup'],
    smtpUrl: env.ORRERY_SMTP_URL ?? null,
    mailFrom: env.ORRERY_MAIL_FROM ?? 'Orrery <orrery@localhost>',
    providers,
    secretKey: env.ORRERY_SECRET_KEY ?? null,
  }
}

function readInteger(name: string, text: string, min: number, max: number, problems: string[]): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max)
    problems.push(`${name} is "${text}"; it must be a whole number from ${min} to ${max}`)
  return value
}

/** The settings of Prefect's service, under its names. */
function readLateRuns(env: NodeJS.ProcessEnv, problems: string[]): Config['lateRuns'] {
  const prefix = 'PREFECT_SERVER_SERVICES_LATE_RUNS_'
  const text = (env[`${prefix}ENABLED`] ?? 'true').toLowerCase()
  if (!TRUTH.has(text)) problems.push(`${prefix}ENABLED is "${text}"; it is true or false`)
  const seconds = (name: string, otherwise: string, least: number): number => {
    const given = env[prefix + name] ?? otherwise
    const value = Number(given)
    if (!(value >= least))
      problems.push(`${prefix}${name} is "${given}"; it must be a number of seconds, at least ${least}`)
    return value
  }
  return {
    enabled: TRUTH.get(text) ?? true,
    loopSeconds: seconds('LOOP_SECONDS', '5', 0.1),
    afterSeconds: seconds('AFTER_SECONDS', '15', 0),
  }
}

const TRUTH = new Map(
  [
    ['1', 'true', 'yes', 'on'],
    ['0', 'false', 'no', 'off'],
  ].flatMap((words, index) => words.map((word) => [word, index === 0] as const)),
)

function readProviders(env: NodeJS.ProcessEnv, problems: string[]): ProviderConfig[] {
  const found: ProviderConfig[] = []
  const names = {
    google: 'Google',
    github: 'GitHub',
    oidc: env.ORRERY_OIDC_NAME || 'Single sign-on',
  } as const
  for (const id of ['google', 'github', 'oidc'] as const) {
    const prefix = `ORRERY_${id.toUpperCase()}_`
    const clientId = env[`${prefix}CLIENT_ID`]
    const clientSecret = env[`${prefix}CLIENT_SECRET`]
    const issuer = env[`${prefix}ISSUER`] || null
    if (!clientId && !clientSecret) continue
    if (!clientId || !clientSecret) {
      problems.push(`${prefix}CLIENT_ID and ${prefix}CLIENT_SECRET must be set together`)
      continue
    }
    if (id === 'oidc' && !issuer) {
      problems.push(
        'ORRERY_OIDC_ISSUER is missing: the address below which /.well-known/openid-configuration lies',
      )
      continue
    }
    found.push({ id, name: names[id], clientId, clientSecret, issuer })
  }
  return found
}

/** The URL without its password, for messages and logs. */
export function redactUrl(url: string): string {
  return url.replace(/(:\/\/[^:/@]*:)[^@]*@/, '$1***@')
}

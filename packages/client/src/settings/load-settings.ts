import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { SettingValueError, UnknownSettingError } from './errors.ts'
import { findSetting, listSettings, type SettingInfo } from './known-settings.ts'
import {
  type ActiveProfile,
  prefectHome,
  readDotEnv,
  readProfiles,
  readToml,
  resolveProfile,
  type SettingsSources,
  tableAt,
} from './profiles.ts'

/** Which source a setting's value came from. */
export type SettingSource = 'environment' | '.env' | 'prefect.toml' | 'pyproject.toml' | 'profile' | 'default'

/** A setting's text, and where it came from. */
export interface SettingValue {
  readonly value: string
  readonly source: SettingSource
}

/** The settings in force, by Prefect's precedence. Read once; later changes of the environment do not show. */
export interface Settings {
  readonly profile: ActiveProfile
  /** The text of a setting by its canonical name, or undefined. Throws {@link UnknownSettingError}. */
  get(name: string): string | undefined
  /** The text and its source. Throws {@link UnknownSettingError}. */
  find(name: string): SettingValue | undefined
  /** Throws {@link SettingValueError} when the text is not a boolean. */
  boolean(name: string): boolean
  /** Throws {@link SettingValueError} when the text is not a number. @param fallback without a value or default */
  number(name: string, fallback?: number): number
  /** Parsed JSON, or undefined. Throws {@link SettingValueError}. */
  json(name: string): unknown
  /** Every setting that a source other than the defaults gives. */
  entries(): (SettingValue & { readonly name: string })[]
}

const SOURCE_ORDER = ['environment', '.env', 'prefect.toml', 'pyproject.toml', 'profile'] as const

/**
 * Loads the settings: environment, then `.env`, `prefect.toml`, `pyproject.toml [tool.prefect]`, then the profile
 * in force, then Prefect's defaults.
 * @throws SettingsFileError, UnknownProfileError
 */
export function loadSettings(sources: SettingsSources = {}): Settings {
  const { env = process.env, cwd = process.cwd() } = sources
  const profile = resolveProfile({ ...sources, env, cwd }, readProfiles({ ...sources, env, cwd }))
  const layers: Record<(typeof SOURCE_ORDER)[number], Readonly<Record<string, string | undefined>>> = {
    environment: env,
    '.env': readDotEnv(cwd),
    'prefect.toml': flatten(readToml(join(cwd, 'prefect.toml'))),
    'pyproject.toml': flatten(tableAt(readToml(join(cwd, 'pyproject.toml')), ['tool', 'prefect'])),
    profile: profile.settings,
  }

  const lookUp = (info: SettingInfo): SettingValue | undefined => {
    for (const source of SOURCE_ORDER) {
      for (const name of [info.name, ...info.aliases]) {
        // An empty environment variable is how a shell unsets one.
        const value = layers[source][name]
        if (value !== undefined && value !== '') return { value: unquote(value), source }
      }
    }
    return info.default === null ? undefined : { value: info.default, source: 'default' }
  }

  const settings: Settings = {
    profile,
    find: (name) => lookUp(knownSetting(name)),
    get: (name) => settings.find(name)?.value,
    boolean(name) {
      const value = settings.get(name)
      return value === undefined ? false : parseBoolean(name, value)
    },
    number(name, fallback = 0) {
      const value = settings.get(name)
      return value === undefined ? fallback : parseNumber(name, value)
    },
    json(name) {
      const value = settings.get(name)
      return value === undefined ? undefined : parseJsonSetting(name, value)
    },
    entries: () =>
      listSettings().flatMap((info) => {
        const found = lookUp(info)
        return found && found.source !== 'default' ? [{ ...found, name: info.name }] : []
      }),
  }
  return settings
}

/** `[api] url = "…"` as `PREFECT_API_URL`. */
function flatten(table: Record<string, unknown> | undefined, prefix = 'PREFECT'): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [key, value] of Object.entries(table ?? {})) {
    const name = `${prefix}_${key.toUpperCase()}`
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !findSetting(name)) {
      Object.assign(result, flatten(value as Record<string, unknown>, name))
    } else result[name] = typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  return result
}

// `set PREFECT_API_URL="…"` of a Windows shell keeps the quotes.
const unquote = (text: string): string => (/^"[^"]*"$/.test(text) ? text.slice(1, -1) : text)

/** The setting of this name. Throws {@link UnknownSettingError}, naming the nearest known name. */
export function knownSetting(name: string): SettingInfo {
  const info = findSetting(name)
  if (info) return info
  throw new UnknownSettingError(name, nearestName(name))
}

function nearestName(name: string): string | undefined {
  const upper = name.toUpperCase().startsWith('PREFECT_')
    ? name.toUpperCase()
    : `PREFECT_${name.toUpperCase()}`
  let best: string | undefined
  let bestDistance = Math.min(4, upper.length / 3)
  for (const { name: candidate } of listSettings()) {
    if (Math.abs(candidate.length - upper.length) > bestDistance) continue
    const distance = editDistance(upper, candidate)
    if (distance < bestDistance) {
      bestDistance = distance
      best = candidate
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** Reads a boolean as Prefect does: true/false, 1/0, yes/no, on/off, t/f, y/n in any case. */
export function parseBoolean(setting: string, text: string): boolean {
  const lower = text.trim().toLowerCase()
  if (['true', '1', 'yes', 'on', 't', 'y'].includes(lower)) return true
  if (['false', '0', 'no', 'off', 'f', 'n'].includes(lower)) return false
  throw new SettingValueError(
    setting,
    `${setting} is '${text}', which is neither true nor false. Set it to one of them.`,
  )
}

/** Reads a number. Throws {@link SettingValueError}. */
export function parseNumber(setting: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new SettingValueError(setting, `${setting} is '${text}', which is not a number. Set it to a number.`)
}

function parseJsonSetting(setting: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const error = new SettingValueError(
      setting,
      `${setting} is '${text}', which is not JSON. Set it to a JSON value.`,
    )
    error.cause = cause
    throw error
  }
}

/** Checks that a text fits a setting. @throws UnknownSettingError, SettingValueError */
export function validateSetting(name: string, text: string): SettingInfo {
  const info = knownSetting(name)
  if (info.kind === 'boolean') parseBoolean(info.name, text)
  else if (info.kind === 'number') parseNumber(info.name, text)
  else if (info.kind === 'integer' && !Number.isInteger(parseNumber(info.name, text))) {
    throw new SettingValueError(
      info.name,
      `${info.name} is '${text}', which is not a whole number. Set it to one.`,
    )
  } else if (info.name === 'PREFECT_API_URL' || info.name.endsWith('_API_URL')) {
    if (!/^https?:\/\/[^/]+/.test(text)) {
      throw new SettingValueError(
        info.name,
        `${info.name} is '${text}', which is not an http(s) URL. Set it to something like http://127.0.0.1:4200/api`,
      )
    }
  } else if (info.name === 'PREFECT_CLIENT_CUSTOM_HEADERS') parseJsonSetting(info.name, text)
  return info
}

/** Orrery's own folder: `$ORRERY_HOME`, else `~/.orrery`. Databases of local servers live here. */
export function orreryHome(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return resolve(env.ORRERY_HOME || join(homedir(), '.orrery'))
}

/** The folder of persisted results: `PREFECT_LOCAL_STORAGE_PATH`, else `storage` in Prefect's home. */
export function localStoragePath(settings: Settings, env = process.env): string {
  const path = settings.get('PREFECT_RESULTS_LOCAL_STORAGE_PATH')
  if (!path) return join(prefectHome(env), 'storage')
  return resolve(
    path.startsWith('~/')
      ? join(homedir(), path.slice(2))
      : path.replace(/^\$\{PREFECT_HOME\}/, prefectHome(env)),
  )
}

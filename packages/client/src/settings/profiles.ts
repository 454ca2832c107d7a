import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { parse, stringify } from 'smol-toml'
import { SettingsFileError, UnknownProfileError } from './errors.ts'
import { findSetting } from './known-settings.ts'

/** The text of each environment variable. */
export type Env = Readonly<Record<string, string | undefined>>

/** One profile: a named set of settings, each value as text. */
export interface Profile {
  readonly name: string
  /** Canonical setting name to its text. Names that Prefect does not know are kept as they stand. */
  readonly settings: Readonly<Record<string, string>>
}

/** What a profiles file says. Immutable: the functions below return a changed copy. */
export interface Profiles {
  /** Where it is read from and written to; the file need not exist yet. */
  readonly path: string
  /** The file's own `active` name, or that of the bundled defaults. */
  readonly active: string
  /** The file's profiles by name, and then the bundled ones that the file does not redefine. */
  readonly profiles: ReadonlyMap<string, Profile>
  /** The names of the profiles that are in the file itself, in its order. Only these are written. */
  readonly own: readonly string[]
}

/** Prefect's bundled profiles: what a home without a profiles file has. */
const BUNDLED: readonly Profile[] = [
  { name: 'ephemeral', settings: { PREFECT_SERVER_EPHEMERAL_ENABLED: 'true' } },
  { name: 'local', settings: { PREFECT_API_URL: 'http://127.0.0.1:4200/api' } },
  {
    name: 'test',
    settings: {
      PREFECT_SERVER_EPHEMERAL_ENABLED: 'true',
      PREFECT_SERVER_DATABASE_CONNECTION_URL: 'sqlite+aiosqlite:///:memory:',
    },
  },
  { name: 'cloud', settings: {} },
]

/** Where settings are looked for. */
export interface SettingsSources {
  /** @default process.env */
  readonly env?: Env
  /** The folder whose `.env`, `prefect.toml` and `pyproject.toml` count. @default process.cwd() */
  readonly cwd?: string
  /** A profile that wins over `PREFECT_PROFILE` and the file's `active`. */
  readonly profile?: string
}

const expandHome = (path: string): string =>
  path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path

/** Prefect's home folder: `$PREFECT_HOME`, else `~/.prefect`. */
export function prefectHome(env: Env = process.env): string {
  return resolve(expandHome(env.PREFECT_HOME || '~/.prefect'))
}

/** Reads a TOML file; undefined when there is none. Throws {@link SettingsFileError} when it is not TOML. */
export function readToml(path: string): Record<string, unknown> | undefined {
  if (!existsSync(path)) return undefined
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new SettingsFileError(path, cause)
  }
}

/** The variables of `.env` in a folder; empty when there is none. */
export function readDotEnv(cwd: string): Env {
  const path = join(cwd, '.env')
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
}

/** The table at a path of keys, or undefined. */
export function tableAt(root: unknown, keys: readonly string[]): Record<string, unknown> | undefined {
  let value = root
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}

/** The profiles file in force, by Prefect's order: the environment, `.env`, project files, the home folder. */
export function profilesPath(sources: SettingsSources = {}): string {
  const { env = process.env, cwd = process.cwd() } = sources
  const own = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? resolve(cwd, expandHome(value)) : undefined
  return (
    own(env.PREFECT_PROFILES_PATH) ??
    own(readDotEnv(cwd).PREFECT_PROFILES_PATH) ??
    own(readToml(join(cwd, 'prefect.toml'))?.profiles_path) ??
    own(tableAt(readToml(join(cwd, 'pyproject.toml')), ['tool', 'prefect'])?.profiles_path) ??
    join(prefectHome(env), 'profiles.toml')
  )
}

/** Reads the profiles file; without one, the bundled profiles. Throws {@link SettingsFileError}. */
export function readProfiles(sources: SettingsSources = {}): Profiles {
  const path = profilesPath(sources)
  const file = readToml(path)
  const profiles = new Map<string, Profile>()
  for (const [name, table] of Object.entries(tableAt(file, ['profiles']) ?? {})) {
    profiles.set(name, { name, settings: textValues(tableAt(table, []) ?? {}) })
  }
  const own = [...profiles.keys()]
  for (const profile of BUNDLED) if (!profiles.has(profile.name)) profiles.set(profile.name, profile)
  return { path, active: typeof file?.active === 'string' ? file.active : 'ephemeral', profiles, own }
}

function textValues(table: Record<string, unknown>): Record<string, string> {
  const settings: Record<string, string> = {}
  // An older name yields to the canonical one, whichever comes first in the file.
  for (const canonical of [true, false]) {
    for (const [key, value] of Object.entries(table)) {
      const name = findSetting(key)?.name ?? key
      if ((name === key) !== canonical || name in settings || value === null) continue
      settings[name] =
        typeof value === 'object' && !(value instanceof Date) ? JSON.stringify(value) : String(value)
    }
  }
  return settings
}

/** A profile by name. Throws {@link UnknownProfileError}. */
export function getProfile(profiles: Profiles, name: string): Profile {
  const profile = profiles.profiles.get(name)
  if (!profile) throw new UnknownProfileError(name, [...profiles.profiles.keys()], profiles.path)
  return profile
}

/** A copy with this profile added or replaced; it then belongs to the file. */
export function withProfile(profiles: Profiles, profile: Profile): Profiles {
  const own = profiles.own.includes(profile.name) ? profiles.own : [...profiles.own, profile.name]
  return { ...profiles, own, profiles: new Map(profiles.profiles).set(profile.name, profile) }
}

/** A copy without this profile; a bundled one returns to its default. */
export function withoutProfile(profiles: Profiles, name: string): Profiles {
  getProfile(profiles, name)
  const map = new Map(profiles.profiles)
  map.delete(name)
  const bundled = BUNDLED.find((profile) => profile.name === name)
  if (bundled) map.set(name, bundled)
  return { ...profiles, own: profiles.own.filter((own) => own !== name), profiles: map }
}

/** A copy whose profile has these settings changed; `null` removes one. */
export function withSettings(
  profiles: Profiles,
  name: string,
  changes: Readonly<Record<string, string | null>>,
): Profiles {
  const settings = { ...(profiles.profiles.get(name)?.settings ?? {}) }
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete settings[key]
    else settings[key] = value
  }
  return withProfile(profiles, { name, settings })
}

/** The file's text as the Python package writes it: `active`, then one table a profile, values as strings. */
export function formatProfiles(profiles: Profiles): string {
  const tables: string[] = [`active = ${tomlText(profiles.active)}\n`]
  for (const name of profiles.own) {
    const entries = Object.entries(profiles.profiles.get(name)?.settings ?? {})
    const lines = entries.map(([key, value]) => `${key} = ${tomlText(value)}\n`)
    tables.push(`[profiles.${/^[\w-]+$/.test(name) ? name : tomlText(name)}]\n${lines.join('')}`)
  }
  return tables.join('\n')
}

const tomlText = (text: string): string => stringify({ x: text }).slice('x = '.length).trimEnd()

/** Writes the file whole (a rename, so a reader never sees half of it), readable by its owner only. */
export function writeProfiles(profiles: Profiles): void {
  const folder = dirname(profiles.path)
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o700)
  }
  const draft = `${profiles.path}.${process.pid}.tmp`
  try {
    writeFileSync(draft, formatProfiles(profiles), { mode: 0o600 })
    renameSync(draft, profiles.path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** The profile in force and where its name came from. */
export interface ActiveProfile extends Profile {
  readonly source: 'argument' | 'PREFECT_PROFILE' | 'file'
}

/**
 * The profile in force: the argument, then `PREFECT_PROFILE`, then the file's `active`.
 * Throws {@link UnknownProfileError} when a name that somebody asked for does not exist; an `active` that does not
 * exist falls back to the bundled `ephemeral`, as in the Python package.
 */
export function resolveProfile(
  sources: SettingsSources = {},
  profiles: Profiles = readProfiles(sources),
): ActiveProfile {
  const asked = sources.profile ?? (sources.env ?? process.env).PREFECT_PROFILE
  if (asked) {
    const source = sources.profile === undefined ? 'PREFECT_PROFILE' : 'argument'
    return { ...getProfile(profiles, asked), source }
  }
  const profile = profiles.profiles.get(profiles.active)
  if (profile) return { ...profile, source: 'file' }
  return { name: profiles.active, settings: BUNDLED[0]?.settings ?? {}, source: 'file' }
}

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SettingsFileError, SettingValueError, UnknownProfileError, UnknownSettingError } from './errors.ts'
import { findSetting, listSettings } from './known-settings.ts'
import { loadSettings, localStoragePath, validateSetting } from './load-settings.ts'
import {
  formatProfiles,
  readProfiles,
  resolveProfile,
  withoutProfile,
  withSettings,
  writeProfiles,
} from './profiles.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'orrery-settings-'))
const sourcesOf = (home = newFolder(), env: Record<string, string> = {}) => ({
  env: { PREFECT_HOME: home, ...env },
  cwd: home,
})

test('a home without a profiles file has the bundled profiles, ephemeral active', () => {
  const profiles = readProfiles(sourcesOf())
  expect([...profiles.profiles.keys()]).toEqual(['ephemeral', 'local', 'test', 'cloud'])
  expect(profiles.active).toBe('ephemeral')
  expect(profiles.own).toEqual([])
})

test('the first setting written makes the file that the Python CLI would write', () => {
  const sources = sourcesOf(join(newFolder(), 'fresh'))
  const profiles = readProfiles(sources)
  writeProfiles(withSettings(profiles, 'ephemeral', { PREFECT_API_URL: 'http://127.0.0.1:4200/api' }))
  expect(readFileSync(profiles.path, 'utf8')).toBe(
    'active = "ephemeral"\n\n[profiles.ephemeral]\nPREFECT_SERVER_EPHEMERAL_ENABLED = "true"\n' +
      'PREFECT_API_URL = "http://127.0.0.1:4200/api"\n',
  )
  expect(statSync(profiles.path).mode & 0o777).toBe(0o600)
  expect(statSync(sources.env.PREFECT_HOME).mode & 0o777).toBe(0o700)
})

test('a file written by Python is rewritten byte for byte', () => {
  const home = newFolder()
  const text =
    'active = "a b"\n\n[profiles.ephemeral]\nPREFECT_API_KEY = "pnu_\\"quoted\\\\"\n\n[profiles."a b"]\nPREFECT_API_URL = "http://x/api"\n'
  writeFileSync(join(home, 'profiles.toml'), text)
  expect(formatProfiles(readProfiles(sourcesOf(home)))).toBe(text)
})

test('names and values that Prefect does not know survive a rewrite', () => {
  const home = newFolder()
  writeFileSync(
    join(home, 'profiles.toml'),
    'active = "x"\n[profiles.x]\nSOMETHING_ELSE = 5\nPREFECT_LOGGING_LEVEL = "DEBUG"\n',
  )
  const changed = withSettings(readProfiles(sourcesOf(home)), 'x', {
    PREFECT_LOGGING_LEVEL: null,
    PREFECT_API_URL: 'http://y',
  })
  expect(formatProfiles(changed)).toBe(
    'active = "x"\n\n[profiles.x]\nSOMETHING_ELSE = "5"\nPREFECT_API_URL = "http://y"\n',
  )
})

test('an older name in a profile counts as the setting, and yields to the present name', () => {
  const home = newFolder()
  writeFileSync(
    join(home, 'profiles.toml'),
    'active = "x"\n[profiles.x]\nPREFECT_LOCAL_STORAGE_PATH = "/old"\nPREFECT_RESULTS_LOCAL_STORAGE_PATH = "/new"\n',
  )
  const settings = loadSettings(sourcesOf(home))
  expect(settings.get('PREFECT_LOCAL_STORAGE_PATH')).toBe('/new')
  expect(localStoragePath(settings)).toBe('/new')
})

test('the environment wins over .env, project files, the profile and the default', () => {
  const home = newFolder()
  writeFileSync(
    join(home, 'profiles.toml'),
    'active = "x"\n[profiles.x]\nPREFECT_API_URL = "profile"\nPREFECT_API_KEY = "k"\n',
  )
  writeFileSync(join(home, 'pyproject.toml'), '[tool.prefect.api]\nurl = "pyproject"\nrequest_timeout = 5\n')
  writeFileSync(join(home, 'prefect.toml'), '[api]\nurl = "toml"\n[logging.to_api]\nenabled = false\n')
  writeFileSync(join(home, '.env'), 'PREFECT_API_URL="dotenv"\nOTHER=1\n')
  const settings = loadSettings(sourcesOf(home, { PREFECT_API_URL: '"env"' }))
  expect(settings.find('PREFECT_API_URL')).toEqual({ value: 'env', source: 'environment' })
  expect(loadSettings(sourcesOf(home)).find('PREFECT_API_URL')).toEqual({ value: 'dotenv', source: '.env' })
  expect(settings.boolean('PREFECT_LOGGING_TO_API_ENABLED')).toBe(false)
  expect(settings.number('PREFECT_API_REQUEST_TIMEOUT')).toBe(5)
  expect(settings.find('PREFECT_API_KEY')).toEqual({ value: 'k', source: 'profile' })
  expect(settings.find('PREFECT_CLIENT_MAX_RETRIES')).toEqual({ value: '5', source: 'default' })
})

test('a profile that somebody asked for must exist, and the error names those that do', () => {
  const sources = sourcesOf(newFolder(), { PREFECT_PROFILE: 'nope' })
  expect(() => resolveProfile(sources)).toThrow(UnknownProfileError)
  expect(() => resolveProfile(sources)).toThrow(/ephemeral, local, test, cloud.*orrery profile create nope/)
  expect(resolveProfile({ ...sources, profile: 'local' })).toMatchObject({
    name: 'local',
    source: 'argument',
  })
})

test('a bundled profile that is deleted is its default again', () => {
  const changed = withSettings(readProfiles(sourcesOf()), 'local', { PREFECT_API_URL: 'http://x' })
  expect(withoutProfile(changed, 'local').profiles.get('local')?.settings).toEqual({
    PREFECT_API_URL: 'http://127.0.0.1:4200/api',
  })
})

test('an unknown setting is an error that names the nearest known one', () => {
  expect(() => validateSetting('PREFECT_API_ULR', 'x')).toThrow(UnknownSettingError)
  expect(() => validateSetting('PREFECT_API_ULR', 'x')).toThrow(
    /Unknown setting name 'PREFECT_API_ULR'. Did you mean 'PREFECT_API_URL'\?/,
  )
})

test.each([
  ['PREFECT_LOGGING_LOG_PRINTS', 'maybe', /neither true nor false/],
  ['PREFECT_CLIENT_MAX_RETRIES', '1.5', /whole number/],
  ['PREFECT_API_REQUEST_TIMEOUT', 'soon', /not a number/],
  ['PREFECT_API_URL', 'localhost:4200', /not an http\(s\) URL/],
  ['PREFECT_CLIENT_CUSTOM_HEADERS', '{', /not JSON/],
])('%s does not take %s', (name, value, message) => {
  expect(() => validateSetting(name, value)).toThrow(SettingValueError)
  expect(() => validateSetting(name, value)).toThrow(message)
})

test('a profiles file that is not TOML is an error that names the file', () => {
  const home = newFolder()
  writeFileSync(join(home, 'profiles.toml'), 'active = ')
  expect(() => readProfiles(sourcesOf(home))).toThrow(SettingsFileError)
  expect(() => readProfiles(sourcesOf(home))).toThrow(/profiles\.toml is not valid TOML/)
})

test('the table of settings has each once, with its older names', () => {
  expect(listSettings().length).toBe(227)
  expect(findSetting('prefect_local_storage_path')).toMatchObject({
    name: 'PREFECT_RESULTS_LOCAL_STORAGE_PATH',
  })
  expect(findSetting('PREFECT_API_KEY')).toMatchObject({ secret: true, kind: 'string' })
})

const python = new URL('../../../../.cache/interop-venv/bin/python', import.meta.url).pathname
test.runIf(existsSync(python))('Python reads the file that we write, and writes it back unchanged', () => {
  const home = newFolder()
  const profiles = withSettings(readProfiles(sourcesOf(home)), 'ephemeral', {
    PREFECT_API_URL: 'http://127.0.0.1:4200/api',
    PREFECT_API_KEY: 'pnu_"x"\\y',
  })
  writeProfiles(profiles)
  const before = readFileSync(profiles.path, 'utf8')
  const script =
    'from prefect.settings import load_profiles, save_profiles\np = load_profiles()\nsave_profiles(p)\nprint(p["ephemeral"].to_environment_variables()["PREFECT_API_KEY"])'
  const printed = execFileSync(python, ['-c', script], {
    env: { PATH: process.env.PATH, PREFECT_HOME: home },
    encoding: 'utf8',
  })
  expect(printed.trim()).toBe('pnu_"x"\\y')
  expect(readFileSync(profiles.path, 'utf8')).toBe(before)
})

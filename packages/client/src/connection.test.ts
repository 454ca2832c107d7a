import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectionFromSettings, uiUrlOf } from './connection.ts'
import { isCloud } from './http/http-client.ts'
import { loadSettings } from './settings/index.ts'

const settingsOf = (env: Record<string, string>) => {
  const home = mkdtempSync(join(tmpdir(), 'orrery-connection-'))
  return loadSettings({ env: { PREFECT_HOME: home, ...env }, cwd: home })
}

test('without an address there is no connection', () => {
  expect(connectionFromSettings(settingsOf({}))).toBeUndefined()
})

test('a connection holds what the settings say', () => {
  const connection = connectionFromSettings(
    settingsOf({
      PREFECT_API_URL: 'http://host/api',
      PREFECT_API_KEY: 'pnu_x',
      PREFECT_CLIENT_CUSTOM_HEADERS: '{"X-A":"1"}',
      PREFECT_CLIENT_RETRY_EXTRA_CODES: '418,599',
      PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: 'false',
    }),
  )
  expect(connection).toMatchObject({
    apiUrl: 'http://host/api',
    apiKey: 'pnu_x',
    headers: { 'X-A': '1' },
    retryExtraCodes: [418, 599],
    csrf: false,
    maxRetries: 5,
    timeoutSeconds: 60,
  })
})

const ACCOUNT = '11111111-1111-4111-8111-111111111111'
const WORKSPACE = '22222222-2222-4222-8222-222222222222'

test.each([
  ['http://127.0.0.1:4200/api', {}, 'http://127.0.0.1:4200'],
  [
    `https://host/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}`,
    {},
    `https://host/account/${ACCOUNT}/workspace/${WORKSPACE}`,
  ],
  ['http://host/api', { PREFECT_UI_URL: 'http://ui/' }, 'http://ui'],
  ['http://host/elsewhere', {}, undefined],
])('the pages of %s are found', (apiUrl, env, url) => {
  expect(uiUrlOf({ apiUrl }, settingsOf(env))).toBe(url)
})

test('a cloud is an address under the cloud’s address, and nothing else', () => {
  expect(isCloud({ apiUrl: 'https://host/api/accounts/a', cloudApiUrl: 'https://host/api' })).toBe(true)
  expect(isCloud({ apiUrl: 'http://host/api', cloudApiUrl: 'https://host/api' })).toBe(false)
  expect(isCloud({ apiUrl: 'http://host/api' })).toBe(false)
})

import type { Connection } from './http/http-client.ts'
import type { Settings } from './settings/load-settings.ts'

/** The connection that the settings describe; undefined when no `PREFECT_API_URL` is set. @throws SettingValueError */
export function connectionFromSettings(settings: Settings): Connection | undefined {
  const apiUrl = settings.get('PREFECT_API_URL')
  if (!apiUrl) return undefined
  const headers = settings.json('PREFECT_CLIENT_CUSTOM_HEADERS')
  const extra = settings.get('PREFECT_CLIENT_RETRY_EXTRA_CODES')
  return {
    apiUrl,
    apiKey: settings.get('PREFECT_API_KEY'),
    authString: settings.get('PREFECT_API_AUTH_STRING'),
    cloudApiUrl: settings.get('PREFECT_CLOUD_API_URL'),
    headers:
      typeof headers === 'object' && headers !== null ? (headers as Record<string, string>) : undefined,
    csrf: settings.boolean('PREFECT_CLIENT_CSRF_SUPPORT_ENABLED') ? undefined : false,
    versionCheck: settings.boolean('PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED') ? undefined : false,
    maxRetries: settings.number('PREFECT_CLIENT_MAX_RETRIES', 5),
    retryJitter: settings.number('PREFECT_CLIENT_RETRY_JITTER_FACTOR', 0.2),
    retryExtraCodes: extra?.match(/\d{3}/g)?.map(Number) ?? [],
    timeoutSeconds: settings.number('PREFECT_API_REQUEST_TIMEOUT', 60),
  }
}

/** Where the UI of an API is, without a trailing slash; undefined for an address that is not an API's. */
export function uiUrlOf(connection: Connection, settings?: Settings): string | undefined {
  const set = settings?.get('PREFECT_UI_URL')
  if (set) return set.replace(/\/+$/, '')
  const match = /^(.*?)\/api(?:\/accounts\/([0-9a-f-]{36})\/workspaces\/([0-9a-f-]{36}))?\/?$/.exec(
    connection.apiUrl,
  )
  if (!match) return undefined
  const [, root = '', account, workspace] = match
  const host = (account && settings?.get('PREFECT_CLOUD_UI_URL')) || root
  return account ? `${host.replace(/\/+$/, '')}/account/${account}/workspace/${workspace}` : root
}

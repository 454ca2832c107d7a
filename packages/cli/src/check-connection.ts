import { connectionFromSettings, type Settings } from '@orrery/client/settings'

// As the Python command line: long enough for a far server, short enough to wait for.
const SECONDS = 3

/** Whether the API of these settings answers, and knows the key where it wants one. Never throws. */
export async function checkConnection(settings: Settings): Promise<{ ok: boolean; message: string }> {
  const { ApiClient, isCloud, UnauthorizedError } = await import('@orrery/client/browser')
  const configured = connectionFromSettings(settings)
  if (!configured) {
    return settings.boolean('PREFECT_SERVER_EPHEMERAL_ENABLED')
      ? { ok: true, message: 'No API is configured: flows start a temporary server of their own.' }
      : {
          ok: false,
          message:
            'No API is configured. Set one with: orrery config set PREFECT_API_URL="http://127.0.0.1:4200/api"',
        }
  }
  const connection = { ...configured, maxRetries: 0, timeoutSeconds: SECONDS, versionCheck: false }
  const api = new ApiClient(connection)
  try {
    if (isCloud(connection)) await api.workspaces(connection.cloudApiUrl ?? '')
    else await api.http.get('/health')
    return { ok: true, message: `Connected to ${connection.apiUrl}` }
  } catch (error) {
    if (error instanceof UnauthorizedError) {
      return {
        ok: false,
        message: `${connection.apiUrl} does not take the key. Log in with: orrery cloud login`,
      }
    }
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

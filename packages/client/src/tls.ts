import { readFileSync } from 'node:fs'
import { SettingsError } from './settings/errors.ts'
import type { Settings } from './settings/load-settings.ts'

/**
 * Makes this process trust what the settings say: the certificates of `PREFECT_API_SSL_CERT_FILE` beside the usual ones,
 * or, with `PREFECT_API_TLS_INSECURE_SKIP_VERIFY`, anybody. Does nothing where neither is set.
 * @throws SettingsError when the file cannot be read
 */
export function applyTlsSettings(settings: Settings): void {
  if (settings.boolean('PREFECT_API_TLS_INSECURE_SKIP_VERIFY')) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  const file = settings.get('PREFECT_API_SSL_CERT_FILE')
  if (!file) return
  let certificates: string
  try {
    certificates = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SettingsError(
      `PREFECT_API_SSL_CERT_FILE is ${file}, which cannot be read. Set it to a file of PEM certificates, or unset it.`,
      { cause },
    )
  }
  // Loaded only here: it costs some milliseconds, and most connections do not need it.
  const tls = process.getBuiltinModule('node:tls')
  if (typeof tls.setDefaultCACertificates !== 'function') {
    throw new SettingsError(
      'PREFECT_API_SSL_CERT_FILE needs Node 22.19. Upgrade it, or set NODE_EXTRA_CA_CERTS instead.',
    )
  }
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificates])
}

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadSettings } from './settings/index.ts'
import { applyTlsSettings } from './tls.ts'

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
})()

const settingsOf = (env: Record<string, string>) => {
  const home = mkdtempSync(join(tmpdir(), 'orrery-tls-'))
  return loadSettings({ env: { PREFECT_HOME: home, ...env }, cwd: home })
}

test.runIf(hasOpenssl)('a server whose certificate the settings name is trusted, and only then', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ].concat([
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ]),
    { stdio: 'ignore' },
  )
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
    response.end('true'),
  )
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`
  await expect(fetch(url)).rejects.toThrow()
  applyTlsSettings(settingsOf({ PREFECT_API_SSL_CERT_FILE: cert }))
  expect(await (await fetch(url)).text()).toBe('true')
  server.close()
})

test('a file that cannot be read is an error that names the setting', () => {
  expect(() => applyTlsSettings(settingsOf({ PREFECT_API_SSL_CERT_FILE: '/nowhere' }))).toThrow(
    /PREFECT_API_SSL_CERT_FILE is \/nowhere, which cannot be read/,
  )
})

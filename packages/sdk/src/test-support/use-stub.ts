import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { StubApi } from './stub-api.ts'

/** A fresh stub and an empty home for each test of the file. */
export function useStub(): { readonly api: StubApi; readonly home: string } {
  const current = {} as { api: StubApi; home: string }
  beforeEach(async () => {
    current.home = mkdtempSync(join(tmpdir(), 'orrery-sdk-'))
    current.api = await StubApi.start()
    vi.stubEnv('PREFECT_HOME', current.home)
    vi.stubEnv('PREFECT_API_URL', current.api.apiUrl)
    // Runs print to stderr; a test that looks at the lines looks at what the API got.
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    await current.api.stop()
    rmSync(current.home, { recursive: true, force: true })
  })
  return current
}

/** A promise, and the function that fulfils it. */
export function deferred<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  return Promise.withResolvers<T>()
}

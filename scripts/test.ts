// `npm test`: everything that needs nothing but Node. Passes that need a browser or PostgreSQL run where
// these are present and say so where they are not; in CI a missing one is a failure.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findPostgresBin } from '@orrery/testing/postgres'

const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
const chromium = process.env.ORRERY_TEST_CHROMIUM ?? '/usr/bin/chromium'
const hasBrowser = existsSync(chromium)
const hasPostgres = findPostgresBin() !== null
const wanted = process.argv.slice(2)
const ci = Boolean(process.env.CI)

if (!hasPostgres)
  console.log(
    'No PostgreSQL found: the PostgreSQL pass does not run (package postgresql, or ORRERY_TEST_PG_BIN).',
  )
if (!hasBrowser)
  console.log('No Chromium found: the browser pass does not run (package chromium, or ORRERY_TEST_CHROMIUM).')
if (ci && !(hasPostgres && hasBrowser)) {
  console.error('In CI nothing may be skipped: install what is missing.')
  process.exit(1)
}

const projects = ['unit', 'web', ...(hasBrowser ? ['e2e'] : [])].flatMap((name) => ['--project', name])
const result = spawnSync(process.execPath, [vitest, 'run', ...projects, ...wanted], {
  cwd: join(import.meta.dirname, '..'),
  stdio: 'inherit',
})
process.exit(result.status ?? 1)

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from './genuine-server.ts'
import { hasServer, type OurServer, startOurServer } from './our-server.ts'

const folder = new URL('../../../../examples/', import.meta.url).pathname
const examples = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts')) : []

// Each says in its own comments what it prints.
describe.runIf(hasServer)('the examples', () => {
  let server: OurServer
  beforeAll(async () => {
    server = await startOurServer(['--local'])
  }, 90_000)
  afterAll(() => server?.stop())

  test.concurrent.each(examples)(
    '%s prints what it says',
    async (name) => {
      const expected = [...readFileSync(join(folder, name), 'utf8').matchAll(/^\/\/ prints: (.*)$/gm)].map(
        (match) => match[1],
      )
      expect(expected.length).toBeGreaterThan(0)
      const env = { PREFECT_API_URL: server.apiUrl, PREFECT_HOME: join(server.home, name) }
      const { code, stdout, stderr } = await runProgram(
        process.execPath,
        ['--conditions=@orrery/source', join(folder, name)],
        env,
      )
      expect(code, stderr).toBe(0)
      expect(stdout.trimEnd().split('\n')).toEqual(expected)
    },
    60_000,
  )
})

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from './genuine-server.ts'
import { hasServer, type OurServer, startOurServer } from './our-server.ts'

const folder = new URL('../../../../examples/', import.meta.url).pathname
const docs = new URL('../../../../docs/', import.meta.url).pathname
const pages = ['sdk.md', 'from-python.md']
const examples = existsSync(folder) ? readdirSync(folder).filter((name) => /^[^.].*\.ts$/.test(name)) : []

/** The programs in a page of the documentation. */
const programsOf = (page: string): string[] =>
  existsSync(docs + page)
    ? [...readFileSync(docs + page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
        (match) => match[1] ?? '',
      )
    : []

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

  test.each(pages.flatMap((page) => programsOf(page).map((source, index) => ({ page, index, source }))))(
    'program $index of docs/$page runs',
    async ({ page, index, source }) => {
      // Beside the examples, from where the packages are found.
      const file = join(folder, `.${page}.${index}.ts`)
      writeFileSync(file, source)
      try {
        const env = { PREFECT_API_URL: server.apiUrl, PREFECT_HOME: server.home }
        const { code, stderr } = await runProgram(
          process.execPath,
          ['--conditions=@orrery/source', file],
          env,
        )
        expect(code, stderr).toBe(0)
      } finally {
        rmSync(file)
      }
    },
    60_000,
  )
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GenuineServer, hasPrefect, python, runProgram, startGenuineServer } from './genuine-server.ts'
import { readSettled } from './run-records.ts'

const here = new URL('.', import.meta.url).pathname

// The genuine server tells what is right: the same program in both languages leaves the same records.
describe.runIf(hasPrefect)('on the genuine server', () => {
  let server: GenuineServer
  const records = new Map<string, Record<string, unknown>>()
  const flows = ['twin', 'twin-retried', 'twin-failing', 'twin-aggregate', 'twin-persisted', 'twin-timeout']

  beforeAll(async () => {
    server = await startGenuineServer()
    const programs = [
      ['python', python, [`${here}twins.py`]],
      ['typescript', process.execPath, ['--conditions=@orrery/source', `${here}twins.ts`]],
    ] as const
    for (const [language, command, args] of programs) {
      const env = { PREFECT_API_URL: server.apiUrl, PREFECT_HOME: `${server.home}/${language}` }
      const { code, stderr } = await runProgram(command, args, env)
      expect(code, stderr).toBe(0)
      const read = await Promise.all(flows.map((flow) => readSettled(server.apiUrl, flow)))
      flows.forEach((flow, index) => {
        records.set(`${language} ${flow}`, read[index] ?? {})
      })
    }
  }, 300_000)

  afterAll(() => server?.stop())

  test.each(flows)('the records of %s are those of its Python twin', (flow) => {
    expect(records.get(`typescript ${flow}`)).toEqual(records.get(`python ${flow}`))
  })
})

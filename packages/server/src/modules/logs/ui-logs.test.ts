import { newId } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../testing/test-app.ts'

interface Page {
  lines: { id: string; message: string; timestamp: string }[]
  next: string | null
}

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  describe('the lines of a run, page by page', () => {
    it('are neither lost nor doubled, also where many have the same instant', async () => {
      const { call } = app.workspace()
      const run = newId()
      const other = newId()
      const line = (message: string, second: number, of = run) => ({
        name: 'prefect',
        level: 20,
        message,
        timestamp: `2026-03-01T10:00:0${second}.000000Z`,
        flow_run_id: of,
      })
      const lines = Array.from({ length: 50 }, (_, i) => line(`${i}`, i < 20 ? 1 : i < 45 ? 2 : 3))
      expect((await call('POST', '/logs/', [...lines, line('not mine', 1, other)])).status).toBe(201)
      const seen: string[] = []
      let after = ''
      for (let pages = 0; ; pages++) {
        const { body } = await call<Page>('GET', `/ui/logs?flow_run_id=${run}&limit=7${after}`)
        seen.push(...body.lines.map(({ message }) => message))
        if (body.next === null) {
          expect(pages).toBe(7)
          break
        }
        after = `&after=${encodeURIComponent(body.next)}`
      }
      expect(seen).toEqual(lines.map(({ message }) => message))
      const since = await call<Page>(
        'GET',
        `/ui/logs?flow_run_id=${run}&since=${encodeURIComponent('2026-03-01T10:00:03.000000Z')}`,
      )
      expect(since.body.lines.map(({ message }) => message)).toEqual(['45', '46', '47', '48', '49'])
    })

    it('are those of a task run where that is named; nobody else sees them', async () => {
      const { call, id } = app.workspace()
      const [run, task] = [newId(), newId()]
      const line = {
        name: 'x',
        level: 30,
        message: 'mine',
        timestamp: '2026-03-01T10:00:00Z',
        flow_run_id: run,
      }
      await call('POST', '/logs/', [{ ...line, task_run_id: task }, line])
      const mine = await call<Page>('GET', `/ui/logs?task_run_id=${task}`)
      expect(mine.body.lines).toHaveLength(1)
      expect((await app.workspace().call<Page>('GET', `/ui/logs?flow_run_id=${run}`)).body.lines).toEqual([])
      expect((await call('GET', '/ui/logs')).status).toBe(422)
      expect((await call('GET', `/ui/logs?flow_run_id=${run}&after=x`)).status).toBe(422)
      expect((await call('GET', `/ui/logs?flow_run_id=${run}&limit=5001`)).status).toBe(422)
      expect(
        (await app.workspace(['see_blocks'], id).call('GET', `/ui/logs?flow_run_id=${run}`)).status,
      ).toBe(403)
    })
  })
})

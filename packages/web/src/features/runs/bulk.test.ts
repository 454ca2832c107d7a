import { describe, expect, it } from 'vitest'
import { ApiError } from '../../lib/api.ts'
import { deleteWork, type Named, oneByOne, retryWork, runBulk } from './bulk.ts'
import { csvField, csvLine, fileOf } from './export-runs.ts'
import type { FlowRun } from './types.ts'

const runs: Named[] = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, name: `run-${id}` }))
const never = { stopped: () => false, onProgress: () => {} }

describe('work over many runs', () => {
  it('goes in steps and counts', async () => {
    const steps: string[][] = []
    const counted: number[] = []
    const work = async (some: Named[]) => {
      steps.push(some.map((run) => run.id))
      return []
    }
    const result = await runBulk(runs, 2, work, { stopped: () => false, onProgress: (n) => counted.push(n) })
    expect(steps).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect(counted).toEqual([2, 4, 5])
    expect(result).toEqual({ done: 5, refused: [], left: 0 })
  })

  it('is stopped between two steps, and says how many it left', async () => {
    let stop = false
    const work = async () => {
      stop = true
      return []
    }
    expect(await runBulk(runs, 2, work, { stopped: () => stop, onProgress: () => {} })).toEqual({
      done: 2,
      refused: [],
      left: 3,
    })
  })

  it('names each run that was refused and why, and does the others', async () => {
    const work = oneByOne<Named>(async (run) => {
      if (run.id === 'b') throw new ApiError('The run has ended.', { status: 409 })
    })
    expect(await runBulk(runs, 2, work, never)).toEqual({
      done: 4,
      refused: [{ id: 'b', name: 'run-b', reason: 'The run has ended.' }],
      left: 0,
    })
  })

  it('ends when the server is away or forbids it to everything', async () => {
    const work = oneByOne<Named>(async () => {
      throw new ApiError('The role lacks run_flows', { status: 403 })
    })
    const result = await runBulk(runs, 2, work, never)
    expect([result.done, result.refused.map((each) => each.id), result.left]).toEqual([0, ['a', 'b'], 3])
  })

  it('a retry proposes AwaitingRetry, and repeats the rule’s own words when it is refused', async () => {
    const asked: unknown[] = []
    const ws = {
      api: {
        post: async (path: string, body: unknown) => {
          asked.push([path, body])
          return path.includes('/a/')
            ? { status: 'ACCEPT', details: {} }
            : { status: 'ABORT', details: { reason: 'Cannot retry a run without an associated deployment.' } }
        },
      },
    } as unknown as Parameters<typeof retryWork>[0]
    const refused = await retryWork(ws)(runs.slice(0, 2) as unknown as FlowRun[])
    expect(asked[0]).toMatchObject([
      '/flow_runs/a/set_state',
      { state: { type: 'SCHEDULED', name: 'AwaitingRetry' }, force: false },
    ])
    expect(refused).toEqual([
      { id: 'b', name: 'run-b', reason: 'Cannot retry a run without an associated deployment.' },
    ])
  })

  it('what the server did not delete was gone before', async () => {
    const ws = { api: { post: async () => ({ deleted: ['a'] }) } } as unknown as Parameters<
      typeof deleteWork
    >[0]
    expect(await deleteWork(ws)(runs.slice(0, 2))).toEqual([
      { id: 'b', name: 'run-b', reason: 'It was deleted already.' },
    ])
  })
})

describe('an export', () => {
  it('quotes what CSV needs quoted, and lets no cell be a formula', () => {
    expect(csvLine(['a', 1.5, null, 'x,"y"', ['t', 'u']])).toBe('a,1.5,,"x,""y""","[""t"",""u""]"\r\n')
    expect(['=1+1', '+x', '-2', '@sum', 'two\nlines'].map(csvField)).toEqual([
      "'=1+1",
      "'+x",
      "'-2",
      "'@sum",
      '"two\nlines"',
    ])
    expect(csvField(-2)).toBe('-2')
  })

  it('has one head, or is one list, over however many pages', () => {
    const csv = fileOf('csv')
    csv.add([{ id: 'a', n: 1 }])
    csv.add([])
    csv.add([{ id: 'b', n: 2 }])
    expect(csv.parts().join('')).toBe('id,n\r\na,1\r\nb,2\r\n')
    const json = fileOf('json')
    json.add([{ id: 'a' }])
    json.add([{ id: 'b' }])
    expect(JSON.parse(json.parts().join(''))).toEqual([{ id: 'a' }, { id: 'b' }])
    expect(JSON.parse(fileOf('json').parts().join(''))).toEqual([])
  })
})

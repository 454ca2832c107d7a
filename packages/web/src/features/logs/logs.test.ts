import { describe, expect, it } from 'vitest'
import type { LiveLog } from '../../lib/live.ts'
import { ansiSpans, stripAnsi } from './ansi.ts'
import {
  elapsed,
  filterLines,
  LogStore,
  levelWord,
  linesByTask,
  pattern,
  searchLines,
  splitMatches,
} from './log-store.ts'
import { parseMessage } from './traceback.ts'

const log = (id: string, seconds: number, over: Partial<LiveLog> = {}): LiveLog => ({
  id,
  name: 'prefect',
  level: 20,
  message: `line ${id}`,
  timestamp: new Date(seconds * 1000).toISOString(),
  flow_run_id: 'r',
  task_run_id: null,
  ...over,
})

describe('the store of lines', () => {
  it('keeps lines in order of time, whatever order they come in, and each only once', () => {
    const store = new LogStore()
    expect(store.add([log('b', 2), log('a', 1)])).toBe(2)
    expect(store.add([log('d', 4)])).toBe(1)
    expect(store.add([log('c', 3), log('a', 1)])).toBe(1)
    expect(store.lines.map((line) => line.id)).toEqual(['a', 'b', 'c', 'd'])
    expect(store.version).toBe(3)
  })

  it('never changes a list that somebody already holds', () => {
    const store = new LogStore()
    store.add([log('a', 1)])
    const held = store.lines
    store.add([log('b', 2)])
    expect(held.map((line) => line.id)).toEqual(['a'])
  })

  it('stops at its limit and says so', () => {
    const store = new LogStore()
    store.add(Array.from({ length: 100_050 }, (_, i) => log(`${i}`, i)))
    expect(store.lines).toHaveLength(100_000)
    expect(store.full).toBe(true)
  })
})

describe('lines', () => {
  const store = new LogStore()
  store.add([
    log('a', 1, { level: 10, task_run_id: 't' }),
    log('b', 2, { level: 30, message: 'Deadlock; deadlock again', task_run_id: 'u' }),
    log('c', 3, { level: 40 }),
  ])

  it('are filtered by level and by task', () => {
    const ids = (level: number, tasks: Set<string> | null): string[] =>
      filterLines(store.lines, { level, tasks }).map((line) => line.id)
    expect(ids(0, null)).toEqual(['a', 'b', 'c'])
    expect(ids(30, null)).toEqual(['b', 'c'])
    expect(ids(0, new Set(['t']))).toEqual(['a'])
    expect(ids(30, new Set(['t']))).toEqual([])
  })

  it('are found by their text', () => {
    const find = pattern({ text: ' DEAD', regex: false }) as RegExp
    expect(searchLines(store.lines, find)).toEqual([1])
    expect(splitMatches('Deadlock; deadlock again', find)).toEqual([
      '',
      'Dead',
      'lock; ',
      'dead',
      'lock again',
    ])
    expect(splitMatches('a < b', null)).toEqual(['a < b'])
    expect(searchLines(store.lines, pattern({ text: 'a.b (', regex: false }) as RegExp)).toEqual([])
  })

  it('are found by a pattern, and what is no pattern finds nothing', () => {
    const find = pattern({ text: 'dead(lock)?;', regex: true }) as RegExp
    expect(searchLines(store.lines, find)).toEqual([1])
    expect(splitMatches('xaab', pattern({ text: 'a*', regex: true }) as RegExp)).toEqual(['x', 'aa', 'b'])
    expect(pattern({ text: '(', regex: true })).toBe('invalid')
    expect(pattern({ text: '', regex: true })).toBe(null)
  })

  it('are found through colour codes', () => {
    const coloured = new LogStore()
    coloured.add([log('x', 1, { message: '\u001b[31mfa\u001b[0miled' })])
    expect(searchLines(coloured.lines, pattern({ text: 'failed', regex: false }) as RegExp)).toEqual([0])
  })

  it('of one attempt are those of its time; tasks are counted by their lines', () => {
    const ids = filterLines(store.lines, { level: 0, tasks: null, span: [1_500, 2_500] }).map(({ id }) => id)
    expect(ids).toEqual(['b'])
    expect(linesByTask(store.lines)).toEqual([
      ['t', 1],
      ['u', 1],
    ])
  })

  it('show the time since the run began', () => {
    expect([412, 64_120, 4_324_000, -5].map((ms) => elapsed(ms, 0))).toEqual([
      '+0.412',
      '+1:04.120',
      '+1:12:04.000',
      '−0.005',
    ])
  })

  it('have a word for what is not information', () => {
    expect([10, 20, 25, 30, 40, 50].map(levelWord)).toEqual(['debug', '', '', 'warn', 'error', 'critical'])
  })
})

describe('terminal colours', () => {
  it('become spans of plain text', () => {
    expect(ansiSpans('\u001b[1;31mred\u001b[0m plain')).toEqual([
      { text: 'red', colour: 'red', bold: true },
      { text: ' plain' },
    ])
    expect(ansiSpans('<b>not bold</b>')).toEqual([{ text: '<b>not bold</b>' }])
  })

  it('of 256 and of all colours are skipped with their numbers', () => {
    expect(ansiSpans('\u001b[38;5;196mx\u001b[38;2;1;2;3my')).toEqual([{ text: 'x' }, { text: 'y' }])
  })

  it('and other sequences are not copied', () => {
    expect(stripAnsi('\u001b[2K\u001b[1mdone\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007')).toBe(
      'done link',
    )
  })
})

describe('tracebacks', () => {
  const message = [
    'Encountered an exception',
    'Traceback (most recent call last):',
    '  File "/venv/lib/python3.12/site-packages/prefect/engine.py", line 1, in run',
    '    call()',
    '  File "/venv/lib/python3.12/site-packages/sqlalchemy/engine/base.py", line 2, in go',
    '    more()',
    '  File "/srv/flow.py", line 88, in enrich',
    '    writer.insert()',
    'ValueError: no',
    'DETAIL: none',
  ].join('\n')

  it('fold the frames of other people’s packages and keep one’s own', () => {
    const parts = parseMessage(message)
    expect(parts.map((part) => part.kind)).toEqual(['text', 'trace-head', 'folded', 'frame', 'error'])
    expect(parts[2]).toMatchObject({ count: 2, packages: ['prefect', 'sqlalchemy'] })
    expect(parts[3]).toMatchObject({
      file: '"/srv/flow.py", line 88',
      where: ', in enrich',
      source: ['    writer.insert()'],
    })
    expect(parts[4]).toMatchObject({ lines: ['ValueError: no', 'DETAIL: none'] })
  })

  it('are not seen where there is none', () => {
    expect(parseMessage('one\ntwo')).toEqual([{ kind: 'text', lines: ['one\ntwo'] }])
  })
})

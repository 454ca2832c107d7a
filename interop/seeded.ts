/** The comparison's own test: records changed on purpose, one at a time, must each be reported. */
import { type Capture, normaliseCapture } from './capture.ts'
import { compare } from './compare.ts'
import { isObject, type JsonObject } from './json.ts'
import type { Records } from './records.ts'

type Change = { title: string; apply(records: Records): boolean }

function first(rows: JsonObject[], change: (row: JsonObject) => void): boolean {
  const row = rows[0]
  if (row) change(row)
  return row !== undefined
}

const changes: Change[] = [
  { title: 'a lost log line', apply: (records) => records.logs.pop() !== undefined },
  {
    title: 'an event stored twice',
    apply: (records) => first(records.events, (event) => records.events.push(event)),
  },
  { title: 'a lost event', apply: (records) => records.events.shift() !== undefined },
  {
    title: 'a wrong run count',
    apply: (records) =>
      first(records.taskRuns, (run) => {
        run.run_count = Number(run.run_count) + 1
      }),
  },
  {
    title: 'an end time that is not its state’s',
    apply: (records) =>
      first(records.flowRuns, (run) => {
        run.end_time = '2024-01-01T00:00:00Z'
      }),
  },
  {
    title: 'a duration a millisecond too long',
    apply: (records) =>
      first(records.flowRuns, (run) => {
        run.total_run_time = Number(run.total_run_time) + 0.001
      }),
  },
  {
    title: 'a task input that names the wrong run',
    apply: (records) => {
      for (const run of records.taskRuns) {
        const inputs = isObject(run.task_inputs) ? Object.values(run.task_inputs).flat() : []
        const input = inputs.find((each) => isObject(each) && each.input_type === 'task_run')
        if (!isObject(input)) continue
        input.id = run.id ?? null
        return true
      }
      return false
    },
  },
  {
    title: 'a lost state',
    apply: (records) => Object.values(records.taskRunStates)[0]?.pop() !== undefined,
  },
  {
    title: 'a field that is missing',
    apply: (records) =>
      first(records.flowRuns, (run) => {
        delete run.labels
      }),
  },
  {
    title: 'a rounded integer',
    apply: (records) => {
      for (const run of records.flowRuns) {
        if (!isObject(run.parameters) || !isObject(run.parameters.past_double)) continue
        run.parameters.past_double = 9007199254740992
        return true
      }
      return false
    },
  },
]

export function seededDifferences(captures: Capture[]): { title: string; found: boolean }[] {
  const results: { title: string; found: boolean }[] = []
  for (const change of changes) {
    for (const capture of captures) {
      const altered = structuredClone(capture.records)
      if (!change.apply(altered)) continue
      const differences = compare(
        capture.script,
        normaliseCapture(capture),
        normaliseCapture(capture, altered),
      )
      results.push({ title: change.title, found: differences.length > 0 })
      break
    }
  }
  return results
}

// The runs of a filter as a file: read page by page, so that a table of any length fits.
import { dismissToast, toast, toastError, updateToast } from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import type { Workspace } from '../../lib/workspace.ts'
import { pagesOf } from './list-queries.ts'
import type { RunSort, RunsFilter } from './search.ts'
import type { Flow, FlowRun, TaskRun } from './types.ts'

export type ExportFormat = 'csv' | 'json'
type Row = Record<string, unknown>

/** A field as CSV has it. What a spreadsheet would take for a formula is kept a text by an apostrophe. */
export function csvField(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  let text = typeof value === 'string' ? value : JSON.stringify(value)
  if (/^[=+\-@\t\r]/.test(text)) text = `'${text}`
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const csvLine = (values: readonly unknown[]): string => `${values.map(csvField).join(',')}\r\n`

const flowRunRow = (run: FlowRun, flows: ReadonlyMap<string, string>): Row => ({
  id: run.id,
  name: run.name,
  state_type: run.state_type,
  state_name: run.state_name,
  flow_id: run.flow_id,
  flow_name: flows.get(run.flow_id) ?? null,
  deployment_id: run.deployment_id,
  expected_start_time: run.expected_start_time,
  start_time: run.start_time,
  end_time: run.end_time,
  run_seconds: run.total_run_time,
  attempts: run.run_count,
  tags: run.tags,
  work_pool_name: run.work_pool_name ?? null,
  created_by: run.created_by?.display_value ?? null,
  parameters: run.parameters,
  message: run.state?.message ?? null,
})

const taskRunRow = (run: TaskRun): Row => ({
  id: run.id,
  name: run.name,
  state_type: run.state_type,
  state_name: run.state_name,
  flow_run_id: run.flow_run_id,
  task_key: run.task_key,
  expected_start_time: run.expected_start_time,
  start_time: run.start_time,
  end_time: run.end_time,
  run_seconds: run.total_run_time,
  attempts: run.run_count,
  tags: run.tags,
  cache_key: run.cache_key,
  message: run.state?.message ?? null,
})

/** Rows as the parts of a file: a head, a part for each page, an end. */
export function fileOf(format: ExportFormat): { add(rows: readonly Row[]): void; parts(): string[] } {
  const parts: string[] = []
  let first = true
  return {
    add(rows) {
      if (rows.length === 0) return
      if (format === 'csv') {
        if (first) parts.push(csvLine(Object.keys(rows[0] ?? {})))
        parts.push(rows.map((row) => csvLine(Object.values(row))).join(''))
      } else parts.push(`${first ? '' : ',\n'}${rows.map((row) => JSON.stringify(row)).join(',\n')}`)
      first = false
    },
    parts: () => (format === 'csv' ? parts : ['[\n', ...parts, '\n]\n']),
  }
}

/** Reads every run of the filter and hands it over as a download. A notice counts, and can stop it. */
export async function exportRuns(
  ws: Workspace,
  kind: 'flow_runs' | 'task_runs',
  what: { filter: RunsFilter; range: TimeRange; sort: RunSort },
  format: ExportFormat,
): Promise<void> {
  const stop = new AbortController()
  const notice = (done: number, total: number) => ({
    title: total ? `Reading ${count(done)} of ${plural(total, 'run')}` : 'Reading the runs',
    look: 'running' as const,
    progress: total ? done / total : 0,
    action: { label: 'Stop', run: () => stop.abort() },
  })
  const id = toast(notice(0, 0))
  const file = fileOf(format)
  const flows = new Map<string, string>()
  let done = 0
  try {
    for await (const { rows, total } of pagesOf<FlowRun | TaskRun>(ws, kind, what.filter, what.range, {
      sort: what.sort,
      signal: stop.signal,
    })) {
      if (kind === 'flow_runs') await learnFlows(ws, rows as FlowRun[], flows, stop.signal)
      file.add(
        rows.map((run) =>
          kind === 'flow_runs' ? flowRunRow(run as FlowRun, flows) : taskRunRow(run as TaskRun),
        ),
      )
      done += rows.length
      updateToast(id, notice(done, Math.max(done, total)))
    }
    dismissToast(id)
    download(
      new Blob(file.parts(), { type: format === 'csv' ? 'text/csv' : 'application/json' }),
      fileName(kind, format),
    )
    toast({ title: `${plural(done, 'run')} exported` })
  } catch (error) {
    dismissToast(id)
    if (stop.signal.aborted)
      toast({ title: 'Export stopped', text: 'No file was written.', look: 'cancelled' })
    else toastError('Not exported', error)
  }
}

async function learnFlows(
  ws: Workspace,
  runs: readonly FlowRun[],
  known: Map<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const ids = [...new Set(runs.map((run) => run.flow_id))].filter((id) => !known.has(id))
  if (ids.length === 0) return
  const flows = await ws.api.post<Flow[]>(
    '/flows/filter',
    { flows: { id: { any_: ids } }, limit: 200 },
    { signal },
  )
  for (const flow of flows) known.set(flow.id, flow.name)
}

const fileName = (kind: string, format: ExportFormat): string =>
  `${kind.replace('_', '-')}-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, '-')}.${format}`

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

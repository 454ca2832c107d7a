/** Runs e2e/scenery/weekly_report.py with the real Python client: a flow that leaves an artifact of every type. */
import { join } from 'node:path'
import { run } from '../../interop/process.ts'

const python = join(import.meta.dirname, '../../.cache/interop-venv/bin/python')

/** Resolves when the run has ended. With `goOn`, its progress waits for that file, and its end for `…-end`. */
export async function weeklyReport(
  home: string,
  settings: Record<string, string>,
  goOn?: string,
): Promise<void> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PREFECT|ORRERY)_/.test(name))
  const { code, stdout, stderr } = await run(python, ['weekly_report.py', ...(goOn ? [goOn] : [])], {
    cwd: import.meta.dirname,
    env: {
      ...Object.fromEntries(inherited),
      PREFECT_HOME: join(home, 'client'),
      PYTHONDONTWRITEBYTECODE: '1',
      ...settings,
    },
    timeoutSeconds: 120,
  })
  if (code !== 0) throw new Error(`weekly_report.py ended with ${code}: ${stdout}${stderr}`)
}

import { activeFlows, activeTasks } from './active-runs.ts'
import { flushSessions } from './session.ts'

// A supervisor kills after 30 seconds; what cannot be told by then is lost with the process.
const GRACE_MILLIS = 10_000

let watching = 0
let ending = false

/**
 * While a root flow runs, the end of the process is recorded as a crash: a signal, an uncaught exception or an unhandled
 * rejection. Returns how to stop watching.
 */
export function watchProcess(): () => void {
  if (watching++ === 0) {
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
    process.on('uncaughtException', onException)
  }
  return () => {
    if (--watching > 0 || ending) return
    process.off('SIGTERM', onSignal)
    process.off('SIGINT', onSignal)
    process.off('uncaughtException', onException)
  }
}

async function onSignal(signal: NodeJS.Signals): Promise<void> {
  // The second time the user means it.
  if (ending) process.exit(signal === 'SIGINT' ? 130 : 143)
  const cause = signal === 'SIGINT' ? 'an interrupt' : 'a termination'
  await crashAll(`Execution was aborted by ${cause} signal.`)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

async function onException(error: unknown): Promise<void> {
  console.error(error)
  if (ending) process.exit(1)
  const shown = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  await crashAll(`Execution was interrupted by an unexpected exception: ${shown}`)
  process.exit(1)
}

async function crashAll(message: string): Promise<void> {
  ending = true
  const limit = setTimeout(() => process.exit(1), GRACE_MILLIS)
  for (const task of activeTasks) task.crash(message)
  await Promise.allSettled([...activeFlows].reverse().map((flow) => flow.crash(message)))
  await flushSessions(GRACE_MILLIS / 2)
  clearTimeout(limit)
}

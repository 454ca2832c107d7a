// The thread that runs long reads, so that they never block the event loop.
import { parentPort, workerData } from 'node:worker_threads'
import { SqliteHandle } from './sqlite-connection.ts'

const handle = new SqliteHandle((workerData as { path: string }).path, { readOnly: true })

parentPort?.on('message', (message: { id: number; sql: string; parameters: unknown[] } | 'close') => {
  if (message === 'close') {
    handle.close()
    parentPort?.close()
    return
  }
  try {
    parentPort?.postMessage({ id: message.id, result: handle.query(message.sql, message.parameters) })
  } catch (error) {
    parentPort?.postMessage({ id: message.id, error: error instanceof Error ? error.message : String(error) })
  }
})

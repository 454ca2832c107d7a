// The thread that copies the write-ahead log into the database file.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

const database = new DatabaseSync((workerData as { path: string }).path)
database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 268435456')

parentPort?.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'close') {
    database.close()
    parentPort?.close()
    return
  }
  try {
    const [row] = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').all() as {
      log: number
      checkpointed: number
    }[]
    parentPort?.postMessage({ left: row ? row.log - row.checkpointed : 0, log: row?.log ?? 0 })
  } catch {
    // Another process holds the lock: the next one will do.
    parentPort?.postMessage({ left: Number.POSITIVE_INFINITY, log: 0 })
  }
})

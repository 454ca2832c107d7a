import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { newId } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { describe, expect, it } from 'vitest'
import { afterCommit, type Db, type Trx } from './db.ts'
import { insertMany, selectIn, updateMany } from './dialect/bulk.ts'
import { openSqlite } from './dialect/sqlite.ts'
import { WalSync } from './dialect/wal-sync.ts'
import { openDb } from './open.ts'

const flow = (name: string, workspaceId = newId()) => ({
  id: newId(),
  workspace_id: workspaceId,
  created: 1_700_000_000_000_001,
  updated: 1_700_000_000_000_001,
  name,
  tags: '[]',
  labels: '{}',
})
const insert = (trx: Trx, row: ReturnType<typeof flow>) => trx.insertInto('flows').values(row).execute()
const namesOf = async (db: Db, workspaceId: string) =>
  (
    await db.read
      .selectFrom('flows')
      .select('name')
      .where('workspace_id', '=', workspaceId)
      .orderBy('name')
      .execute()
  ).map((row) => row.name)

eachDatabase((database) => {
  describe('db.write', () => {
    it('answers what the function returns, and the rows can be read at once', async () => {
      const db = await database.open()
      const row = flow('first')
      const answer = await db.write(async (trx) => {
        await insert(trx, row)
        return 'done'
      })
      expect(answer).toBe('done')
      expect(
        await db.read.selectFrom('flows').selectAll().where('id', '=', row.id).executeTakeFirst(),
      ).toMatchObject(row)
      expect(await db.scan.selectFrom('flows').select('created').where('id', '=', row.id).execute()).toEqual([
        { created: 1_700_000_000_000_001 },
      ])
    })

    it('undoes a write that throws and keeps its neighbours', async () => {
      const db = await database.open()
      const workspaceId = newId()
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          db.write(async (trx) => {
            await insert(trx, flow(`flow-${String(index).padStart(2, '0')}`, workspaceId))
            if (index % 5 === 0) throw new Error(`refused ${index}`)
          }),
        ),
      )
      expect(results.filter((result) => result.status === 'rejected')).toHaveLength(4)
      const names = await namesOf(db, workspaceId)
      expect(names).toHaveLength(16)
      expect(names).not.toContain('flow-05')
    })

    it('runs what is registered for after the commit only when it commits', async () => {
      const db = await database.open()
      const ran: string[] = []
      const write = (name: string, fails: boolean) =>
        db.write(async (trx) => {
          afterCommit(trx, () => ran.push(name))
          if (fails) throw new Error('no')
        })
      await Promise.allSettled([write('a', false), write('b', true), write('c', false)])
      expect(ran.sort()).toEqual(['a', 'c'])
    })

    it('tells the caller which constraint its write broke', async () => {
      const db = await database.open()
      const row = flow('same')
      await db.write((trx) => insert(trx, row))
      await expect(db.write((trx) => insert(trx, row))).rejects.toThrow(/unique/i)
    })
  })

  describe('a lane', () => {
    it('answers each input alone, also when one of a batch breaks a constraint', async () => {
      const db = await database.open()
      const workspaceId = newId()
      const batches: number[] = []
      const after: string[] = []
      const lane = db.lane<string, string>('flows', async (trx, names) => {
        batches.push(names.length)
        for (const name of names) afterCommit(trx, () => after.push(name))
        await insertMany(
          trx,
          'flows',
          names.map((name) => flow(name, workspaceId)),
        )
        return names.map((name) =>
          name === 'refused' ? { error: new Error('refused') } : { ok: name.toUpperCase() },
        )
      })
      const results = await Promise.allSettled(['a', 'b', 'b', 'refused', 'c'].map((name) => lane(name)))
      expect(
        results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message)),
      ).toEqual(['A', 'B', expect.stringMatching(/unique/i), 'refused', 'C'])
      expect(batches[0]).toBe(5)
      // What the failed batch registered is forgotten with it.
      expect(after).toEqual(['a', 'b', 'refused', 'c'])
    })

    it('never puts two inputs with one key into a batch', async () => {
      const db = await database.open()
      const seen: string[][] = []
      const lane = db.lane<string, null>(
        'keys',
        async (_trx, keys) => {
          seen.push(keys)
          return keys.map(() => ({ ok: null }))
        },
        { exclusive: (key) => key },
      )
      await Promise.all(['x', 'y', 'x', 'x', 'z'].map((key) => lane(key)))
      expect(seen).toEqual([['x', 'y', 'z'], ['x'], ['x']])
    })
  })

  describe('bulk statements', () => {
    it('insert, leave out conflicts, update and select many rows', async () => {
      const db = await database.open()
      const workspaceId = newId()
      const rows = ['one', 'two', 'three'].map((name) => flow(name, workspaceId))
      const inserted = await db.write((trx) =>
        insertMany(trx, 'flows', [...rows, flow('two', workspaceId)], {
          ignoreConflicts: ['workspace_id', 'name'],
          returning: ['name'],
        }),
      )
      expect(inserted.map((row) => row.name)).toEqual(['one', 'two', 'three'])
      await db.write((trx) =>
        updateMany(
          trx,
          'flows',
          ['id'],
          rows.map((row) => ({ id: row.id, tags: `["${row.name}"]`, updated: 5 })),
        ),
      )
      const read = await selectIn<{ name: string; tags: string; updated: number }>(
        db.read,
        'flows',
        'id',
        rows.map((row) => row.id),
      )
      expect(read.map((row) => [row.name, row.tags, row.updated]).sort()).toEqual([
        ['one', '["one"]', 5],
        ['three', '["three"]', 5],
        ['two', '["two"]', 5],
      ])
    })

    it('store a text with U+0000 instead of failing', async () => {
      const db = await database.open()
      const row = flow('nul \u0000 here')
      await db.write((trx) => insertMany(trx, 'flows', [row, flow('back\\u0000slash')]))
      const [read] = await selectIn<{ name: string }>(db.read, 'flows', 'id', [row.id])
      expect(read?.name).toBe(database.name === 'postgres' ? 'nul \ufffd here' : 'nul \u0000 here')
    })
  })

  it('refuses a database that a newer release wrote', async () => {
    const url = await database.url()
    const db = await openDb(url)
    await db.write(async (trx) => {
      await trx
        .insertInto('schema_migrations' as never)
        .values({ name: '9999-future', applied: 1 } as never)
        .execute()
    })
    await db.close()
    await expect(openDb(url)).rejects.toThrow(/newer than this program \(it has 9999-future\)/)
  })

  it('tells every process on it, on PostgreSQL, and its own on SQLite', async () => {
    const url = await database.url()
    const here = await openDb(url)
    const there = database.name === 'postgres' ? await openDb(url) : here
    const heard: string[] = []
    const arrived = new Promise<void>((resolve) => {
      there.listen('topic', (payload) => {
        heard.push(payload)
        resolve()
      })
    })
    here.notify('topic', 'hello')
    await arrived
    expect(heard).toEqual(['hello'])
    await here.close()
    if (there !== here) await there.close()
  })
})

describe('on SQLite alone', () => {
  it('a write that cannot begin fails its callers, and the next ones succeed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-locked-'))
    const path = join(folder, 'orrery.db')
    const db = await openDb(`sqlite://${path}`)
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    const refused = Promise.allSettled(
      [flow('a'), flow('b')].map((row) => db.write((trx) => insert(trx, row))),
    )
    expect((await refused).map((result) => result.status)).toEqual(['rejected', 'rejected'])
    other.exec('ROLLBACK')
    other.close()
    const row = flow('c')
    await db.write((trx) => insert(trx, row))
    expect(await namesOf(db, row.workspace_id)).toEqual(['c'])
    await db.close()
    rmSync(folder, { recursive: true })
  }, 60_000)

  it('a flush that is asked for while one runs begins after it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-flush-'))
    writeFileSync(join(folder, 'x.db-wal'), 'frames')
    const wal = new WalSync(join(folder, 'x.db'))
    const ended: string[] = []
    const flush = (name: string) => wal.flush().then(() => ended.push(name))
    const first = flush('first')
    await Promise.all([first, flush('second'), flush('third')])
    expect(ended).toEqual(['first', 'second', 'third'])
    const [a, b] = [wal.flush(), wal.flush()]
    expect(a).not.toBe(b)
    expect(wal.flush()).toBe(b)
    await Promise.all([a, b])
    await wal.close()
    rmSync(folder, { recursive: true })
  })
})

describe('what is acknowledged on SQLite', () => {
  it('is flushed first: neither the caller nor a listener hears of a commit that is not on the disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-durable-'))
    const held: (() => void)[] = []
    const openLog = () => ({
      flush: () => new Promise<void>((resolve) => held.push(resolve)),
      close: async () => {},
    })
    const db = await openSqlite(join(folder, 'orrery.db'), { openLog })
    const heard: string[] = []
    const row = flow('durable')
    const lane = db.lane<string, string>('names', async (trx, names) => {
      afterCommit(trx, () => heard.push('published by the lane'))
      return names.map((name) => ({ ok: name }))
    })
    const write = db.write(async (trx) => {
      await insert(trx, row)
      afterCommit(trx, () => heard.push('published'))
    })
    const answers = [write.then(() => heard.push('written')), lane('x').then(() => heard.push('answered'))]
    // Committed (another connection sees it), not yet flushed.
    await expect.poll(() => namesOf(db, row.workspace_id)).toEqual(['durable'])
    await expect.poll(() => held.length).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(heard).toEqual([])
    const release = setInterval(() => {
      for (const resolve of held.splice(0)) resolve()
    }, 1)
    await Promise.all(answers)
    expect(heard.sort()).toEqual(['answered', 'published', 'published by the lane', 'written'])
    await db.close()
    clearInterval(release)
    rmSync(folder, { recursive: true })
  })

  it('is refused when the flush fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-eio-'))
    const openLog = () => ({ flush: () => Promise.reject(new Error('EIO')), close: async () => {} })
    const db = await openSqlite(join(folder, 'orrery.db'), { openLog })
    await expect(db.write((trx) => insert(trx, flow('lost')))).rejects.toThrow('EIO')
    await db.close()
    rmSync(folder, { recursive: true })
  })
})

eachDatabase((database) => {
  it('a listener that throws keeps nobody from the answer', async () => {
    const db = await database.open()
    const heard: string[] = []
    const answer = await db.write(async (trx) => {
      afterCommit(trx, () => {
        throw new Error('a listener failed')
      })
      afterCommit(trx, () => heard.push('the next'))
      return 'answered'
    })
    expect([answer, heard]).toEqual(['answered', ['the next']])
  })
})

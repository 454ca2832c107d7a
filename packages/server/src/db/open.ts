import type { Db } from './db.ts'

/** Opens the database that the URL names: `postgresql://…`, or `sqlite:///absolute/path`. */
export async function openDb(url: string): Promise<Db> {
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./dialect/postgres.ts')
    return openPostgres(url)
  }
  const path = url.startsWith('sqlite:') ? decodeURIComponent(url.replace(/^sqlite:(\/\/)?/, '')) : url
  const { openSqlite } = await import('./dialect/sqlite.ts')
  return openSqlite(path)
}

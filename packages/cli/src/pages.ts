// The most that a server gives at once.
const PAGE = 200

/** Reads up to `limit` rows of a list, page by page. */
export async function readPages<Row>(
  limit: number,
  read: (page: { limit: number; offset: number }) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = []
  while (rows.length < limit) {
    const size = Math.min(PAGE, limit - rows.length)
    const page = await read({ limit: size, offset: rows.length })
    rows.push(...page)
    if (page.length < size) break
  }
  return rows
}

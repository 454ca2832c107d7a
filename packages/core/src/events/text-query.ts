/** A search as people type it into the boxes for events and logs. */
export interface TextQuery {
  /** At least one of these must occur, if there are any. */
  include: string[]
  exclude: string[]
  require: string[]
}

/** `error "time out" +db -debug`: words joined by "or", `+` requires, `-` or `!` excludes, quotes make phrases. */
export function parseTextQuery(query: string): TextQuery {
  const parsed: TextQuery = { include: [], exclude: [], require: [] }
  const term = /([-!+]?)(?:"((?:\\.|[^"\\])*)(?:"|$)|([^\s"]+))|\S/y
  let index = 0
  while (index < query.length) {
    if (/\s/.test(query[index]!)) {
      index++
      continue
    }
    term.lastIndex = index
    const match = term.exec(query)
    if (!match) break
    index = term.lastIndex
    const [whole, prefix = '', phrase, word] = match
    // A sign that stands alone means nothing.
    if (word !== undefined && prefix === '' && /^[-!+]$/.test(whole)) continue
    const text = phrase !== undefined ? phrase.replace(/\\(["\\])/g, '$1') : word
    if (!text?.trim()) continue
    if (prefix === '+') parsed.require.push(text)
    else if (prefix) parsed.exclude.push(text)
    else parsed.include.push(text)
  }
  return parsed
}

/** Whether the text satisfies the query; case does not count. */
export function matchesText(query: TextQuery, text: string): boolean {
  const lower = text.toLowerCase()
  const has = (term: string) => lower.includes(term.toLowerCase())
  if (query.include.length > 0 && !query.include.some(has)) return false
  return !query.exclude.some(has) && query.require.every(has)
}

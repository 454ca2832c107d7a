/** The one-shot server of a CLI that waits for a key. Its address comes from the URL, so it is not to be trusted. */

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * The callback's address, or undefined when the key must not go there. Only plain http to a port of this machine:
 * a key posted anywhere else would be a key given away. User names, queries and fragments have no business in it.
 */
export function parseCallback(text: string | undefined): URL | undefined {
  if (!text) return undefined
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return undefined
  }
  const plain =
    url.protocol === 'http:' && url.port !== '' && !url.username && !url.password && !url.search && !url.hash
  return plain && LOOPBACK.has(url.hostname) ? url : undefined
}

/** Posts to the CLI. The browser may forbid it (https to http, private networks), which shows as a failed fetch. */
export async function postToCallback(
  callback: URL,
  path: 'success' | 'failure',
  body: object,
): Promise<void> {
  const response = await fetch(`${callback.href.replace(/\/+$/, '')}/${path}`, {
    method: 'POST',
    mode: 'cors',
    credentials: 'omit',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    // The CLI waits for two minutes; a page that hangs as long helps nobody.
    signal: AbortSignal.timeout(10_000),
  })
  if (!response.ok) throw new Error(`The CLI answered ${response.status}.`)
}

// Artifacts are written by flows, and what a flow writes may come from anywhere: addresses are taken from a list.

const BASE = 'https://base.invalid'

function parse(text: string): URL | null {
  try {
    // Like the browser, which drops control characters inside of `java\nscript:`.
    return new URL(text, BASE)
  } catch {
    return null
  }
}

/** An address that a link may lead to: the web, mail, a page of ours. Null for every other, `javascript:` among them. */
export function safeHref(text: string): string | null {
  const url = parse(text)
  if (!url) return null
  if (url.protocol === 'mailto:') return url.href
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  if (url.origin !== BASE) return url.href
  // Relative: only from the root or within the text; "//host" has an origin of its own and was seen above.
  if (text.startsWith('#')) return url.hash
  return text.startsWith('/') ? url.pathname + url.search + url.hash : null
}

/** An address that an image may be loaded from. An SVG in an image runs no scripts. */
export function safeImage(text: string): string | null {
  const url = parse(text)
  if (!url) return null
  if (url.protocol === 'data:') return /^data:image\/[a-z0-9.+-]+[;,]/i.test(url.href) ? url.href : null
  return url.protocol === 'https:' && url.origin !== BASE ? url.href : null
}

/** Opens elsewhere, and tells the other side neither who we are nor where from. */
export const OUTSIDE = { target: '_blank', rel: 'noopener noreferrer nofollow' } as const

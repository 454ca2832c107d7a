/**
 * Where to go after signing in: only a path of this origin. `//host`, `/\host` and addresses with a scheme are
 * other places in a browser's eyes, so the parsed origin decides, not the text.
 */
export function safeRedirect(to: string | undefined, origin: string = location.origin): string {
  if (!to?.startsWith('/')) return '/'
  try {
    const url = new URL(to, origin)
    return url.origin === origin ? url.pathname + url.search + url.hash : '/'
  } catch {
    return '/'
  }
}

/** `Error: boom`, the form in which records of runs hold an error. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `Error: ${String(error)}`
  return error.message === '' ? error.name : `${error.name}: ${error.message}`
}

/** `Error('boom')`, the form in which log lines hold an error. */
export function reprError(error: unknown): string {
  if (!(error instanceof Error)) return `Error(${quote(String(error))})`
  return `${error.name}(${error.message === '' ? '' : quote(error.message)})`
}

const quote = (text: string): string =>
  text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`

/** A failure that its reader can mend: the message is all they see. */
export class CliError extends Error {
  override name = 'CliError'
  readonly exitCode: number
  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The reader said no, or pressed Ctrl-C at a question. */
export class AbortedError extends CliError {
  override name = 'AbortedError'
}

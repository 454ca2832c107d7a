import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface MailServer {
  /** For `ORRERY_SMTP_URL`. */
  url: string
  /** Each mail as it came, headers and text. */
  mails: string[]
  /** The next mail, or one that came already and was not taken. */
  next(): Promise<string>
  stop(): Promise<void>
}

/** An SMTP server on loopback that keeps what it gets. */
export async function startMailServer(): Promise<MailServer> {
  const mails: string[] = []
  const waiting: ((mail: string) => void)[] = []
  let taken = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = ''
      stream.setEncoding('utf8')
      stream.on('data', (chunk: string) => {
        text += chunk
      })
      stream.on('end', () => {
        mails.push(text)
        const waiter = waiting.shift()
        if (waiter) {
          taken++
          waiter(text)
        }
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    next() {
      const mail = mails[taken]
      if (mail === undefined) return new Promise((resolve) => waiting.push(resolve))
      taken++
      return Promise.resolve(mail)
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

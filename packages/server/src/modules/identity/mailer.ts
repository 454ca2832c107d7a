import type { CloudIdentity } from './cloud-identity.ts'

/**
 * Mails the link to set a new password. Without SMTP the server prints it, for its operator to pass on:
 * who reads the server's log could read its database too.
 */
export async function sendResetLink(identity: CloudIdentity, email: string, link: string): Promise<void> {
  const { config, log } = identity
  if (config.smtpUrl === null) {
    log.warn({ email }, `no mail is configured (ORRERY_SMTP_URL); the link to set a new password: ${link}`)
    return
  }
  const { createTransport } = await import('nodemailer')
  const transport = createTransport(config.smtpUrl)
  try {
    await transport.sendMail({
      from: config.mailFrom,
      to: email,
      subject: 'Set a new password for Orrery',
      text: [
        `Somebody asked for a new password for ${email} at ${config.publicUrl}.`,
        '',
        'Open this link within an hour to set one:',
        link,
        '',
        'If it was not you, do nothing: the password stays as it is.',
      ].join('\n'),
    })
  } finally {
    transport.close()
  }
}

import { pino } from 'pino'
import type { Config } from './config.ts'

/** Never written, wherever they stand in what is logged. */
const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'new_password',
  'current_password',
  'token',
  'api_key',
  'key',
  'secret',
  'client_secret',
  'setup_code',
]

/** Structured logs on standard error: JSON lines, or readable ones on a terminal. */
export function createLog(config: Pick<Config, 'logLevel' | 'logFormat'>): pino.Logger {
  const options: pino.LoggerOptions = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  }
  if (config.logFormat === 'pretty' && config.logLevel !== 'silent')
    return pino({
      ...options,
      transport: {
        target: 'pino-pretty',
        options: { destination: 2, translateTime: 'SYS:HH:MM:ss', ignore: 'reqId' },
      },
    })
  return pino(options, pino.destination({ dest: 2, sync: false }))
}

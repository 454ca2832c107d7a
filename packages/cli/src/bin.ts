#!/usr/bin/env node
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    local: { type: 'boolean' },
    'database-url': { type: 'string' },
  },
})
if (positionals.join(' ') === 'server start') {
  const { runServer } = await import('@orrery/server')
  process.exitCode = await runServer(
    {
      ...(values.host ? { host: values.host } : {}),
      ...(values.port ? { port: Number(values.port) } : {}),
      ...(values.local ? { local: true } : {}),
      ...(values['database-url'] ? { databaseUrl: values['database-url'] } : {}),
    },
    process.env,
  )
}

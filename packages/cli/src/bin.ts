#!/usr/bin/env node
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    local: { type: 'boolean' },
    'database-url': { type: 'string' },
    email: { type: 'string' },
    password: { type: 'string' },
    workspace: { type: 'string' },
    'key-name': { type: 'string' },
    output: { type: 'string' },
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
if (positionals.join(' ') === 'admin bootstrap') {
  const { email, password, workspace, output, 'key-name': keyName } = values
  if (!email || !password || !workspace) {
    process.stderr.write('admin bootstrap needs --email, --password and --workspace\n')
    process.exitCode = 2
  } else {
    const { bootstrap } = await import('./commands/admin/bootstrap.ts')
    process.exitCode = await bootstrap(
      { email, password, workspace, ...(output ? { output } : {}), ...(keyName ? { keyName } : {}) },
      process.env,
    )
  }
}

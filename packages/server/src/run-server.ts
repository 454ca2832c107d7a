import { type Config, ConfigError, type ConfigFlags, readConfig, redactUrl } from './config.ts'
import { CloudIdentity } from './modules/identity/cloud-identity.ts'
import { readSignupMode } from './modules/identity/sign-up.ts'
import { type RunningServer, StartError, startServer } from './server.ts'

/** `orrery server start`: runs until SIGINT or SIGTERM. Resolves to the exit code. */
export async function runServer(flags: ConfigFlags, env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const config = readConfig(flags, env)
    const server = await startServer(config)
    const lines = [
      `Orrery is up at ${server.url}`,
      `  Data:     ${redactUrl(config.databaseUrl)}`,
      ...(await nextSteps(config, server)),
      '  Stop:     Ctrl-C',
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
    await new Promise<void>((resolve) => {
      const stop = () => resolve()
      process.once('SIGINT', stop)
      process.once('SIGTERM', stop)
    })
    process.stdout.write('Stopping: finishing what is in flight\n')
    await server.close()
    return 0
  } catch (error) {
    if (error instanceof StartError || error instanceof ConfigError) {
      process.stderr.write(`${error.message}\n`)
      return 1
    }
    throw error
  }
}

/** What to do now: the first sign-up with its code, signing in, or in local mode the client's address. */
async function nextSteps(config: Config, server: RunningServer): Promise<string[]> {
  const { db, identity } = server.context
  if (!(identity instanceof CloudIdentity)) return [`  Next:     export PREFECT_API_URL=${server.url}/api`]
  if ((await readSignupMode(db.read, config)) !== 'first_user')
    return [`  Next:     open ${config.publicUrl}`]
  const { code } = identity.setupCode
  return [
    `  Next:     open ${config.publicUrl}/sign-up: the first to sign up owns this instance`,
    ...(code ? [`  Code:     ${code} (asked for by the first sign-up; a new one at each start)`] : []),
  ]
}

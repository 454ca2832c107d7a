import { ConfigError, type ConfigFlags, readConfig, redactUrl } from './config.ts'
import { StartError, startServer } from './server.ts'

/** `orrery server start`: runs until SIGINT or SIGTERM. Resolves to the exit code. */
export async function runServer(flags: ConfigFlags, env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const config = readConfig(flags, env)
    const server = await startServer(config)
    const lines = [
      `Orrery is up at ${server.url}`,
      `  Data:     ${redactUrl(config.databaseUrl)}`,
      config.mode === 'local'
        ? `  Next:     export PREFECT_API_URL=${server.url}/api`
        : `  Next:     open ${config.publicUrl} and sign up`,
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

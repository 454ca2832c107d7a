export interface BootstrapOptions {
  email: string
  password: string
  workspace: string
  keyName?: string
  output?: string
}

/**
 * `orrery admin bootstrap`: owner, account, workspace and key on the configured database, whether or not the
 * server runs. Prints JSON, or lines fit for `eval`. Returns the exit code.
 */
export async function bootstrap(options: BootstrapOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const { adminBootstrap, ConfigError, DomainError, readConfig, StartError } = await import('@orrery/server')
  try {
    const { output, ...input } = options
    const made = await adminBootstrap(readConfig({ logLevel: 'error' }, env), input)
    const text =
      output === 'json'
        ? JSON.stringify(made, null, 2)
        : [
            `export PREFECT_CLOUD_API_URL="${made.cloud_api_url}"`,
            `export PREFECT_API_URL="${made.api_url}"`,
            `export PREFECT_API_KEY="${made.api_key}"`,
          ].join('\n')
    process.stdout.write(`${text}\n`)
    return 0
  } catch (error) {
    if (error instanceof ConfigError || error instanceof StartError || error instanceof DomainError) {
      process.stderr.write(`${error.message}\n`)
      return 1
    }
    throw error
  }
}

import { systemNow } from '@orrery/schemas'
import type { Config } from './config.ts'
import { createLog } from './log.ts'
import { CloudIdentity } from './modules/identity/cloud-identity.ts'
import { type Bootstrap, bootstrap } from './modules/workspaces/bootstrap.ts'
import { openDatabase } from './server.ts'

export interface Bootstrapped {
  account_id: string
  workspace_id: string
  /** For `PREFECT_API_URL`. */
  api_url: string
  /** For `PREFECT_CLOUD_API_URL`. */
  cloud_api_url: string
  api_key: string
}

/**
 * Owner, account, workspace and a key without a browser, for containers, CI and infrastructure as code.
 * Works on the database, so whether or not the server runs; may be run again: see `bootstrap`.
 * Throws `StartError` or `DomainError` with one line for the user.
 */
export async function adminBootstrap(config: Config, input: Bootstrap): Promise<Bootstrapped> {
  const db = await openDatabase(config)
  const identity = new CloudIdentity({ db, config, clock: { now: systemNow }, log: createLog(config) })
  try {
    const { account_id, workspace_id, api_key } = await bootstrap(identity, input)
    return {
      account_id,
      workspace_id,
      api_url: `${config.publicUrl}/api/accounts/${account_id}/workspaces/${workspace_id}`,
      cloud_api_url: `${config.publicUrl}/api`,
      api_key,
    }
  } finally {
    await identity.close()
    await db.close()
  }
}

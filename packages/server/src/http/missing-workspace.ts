import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'

/** What clients ask for below a workspace, by its first word. */
const WORKSPACE_WORDS = new Set(
  `artifacts automations block_capabilities block_documents block_schemas block_types collections
   concurrency_limits deployments events flow_run_states flow_runs flows logs run_history saved_searches
   task_run_states task_runs task_workers ui v2 variables webhooks work_pools work_queues`.split(/\s+/),
)

/** A client that was configured without its workspace, or that adds `/api` to it. */
export class WorkspaceMissing extends DomainError {
  constructor(code: 'workspace_missing' | 'api_repeated', message: string) {
    super('bad_request', code, message)
  }
}

/**
 * For an address that names nothing: the cure, where we can tell what went wrong. Not 404, which some
 * clients (Terraform) repeat for minutes.
 */
export function adviceFor(url: string, config: Config): DomainError | null {
  if (config.mode === 'local') return null
  const path = url.split('?', 1)[0] ?? ''
  if (/^\/api\/accounts\/[^/]+\/workspaces\/[^/]+\/api(\/|$)/.test(path))
    return new WorkspaceMissing(
      'api_repeated',
      `The address ends in /api after the workspace. Terraform on http does this: set endpoint = "${config.publicUrl}/api" with account_id and workspace_id instead.`,
    )
  const word = /^\/api\/([a-z_0-9]+)(\/|$)/.exec(path)?.[1]
  if (word && WORKSPACE_WORDS.has(word))
    return new WorkspaceMissing(
      'workspace_missing',
      `account and workspace are missing in the URL: set PREFECT_API_URL to ${config.publicUrl}/api/accounts/ACCOUNT_ID/workspaces/WORKSPACE_ID, as the workspace's settings page shows it.`,
    )
  return null
}

/**
 * The commands that connect a shell. The seed's command sets PREFECT_API_URL only; with that and a key alone, the
 * Python client opens its event socket without credentials and its task runs are lost, because it takes a server
 * for a cloud only when its URL begins with PREFECT_CLOUD_API_URL. So the complete command sets all three.
 */

export interface Code {
  id: string
  label: string
  /** What is copied: for a command, one line. */
  text: string
  /** How it is shown, when it is too long to be read as one line. */
  lines: readonly string[]
  shell: boolean
}

export const KEY_PLACEHOLDER = '<API KEY>'

export const workspaceApiUrl = (apiUrl: string, accountId: string, workspaceId: string): string =>
  `${apiUrl}/accounts/${accountId}/workspaces/${workspaceId}`

/** The command of the seed document, to the letter. */
export const seedCommand = (workspaceUrl: string): string =>
  `prefect config set PREFECT_API_URL="${workspaceUrl}"`

export const completeCommand = (apiUrl: string, workspaceUrl: string, key: string): string =>
  `prefect config set PREFECT_CLOUD_API_URL="${apiUrl}" PREFECT_API_URL="${workspaceUrl}" PREFECT_API_KEY="${key}"`

const command = (id: string, label: string, text: string, lines: readonly string[] = [text]): Code => ({
  id,
  label,
  text,
  lines,
  shell: true,
})

/** Every way to connect to a workspace, the complete command first. */
export function connectCommands(input: {
  apiUrl: string
  accountId: string
  workspaceId: string
  /** `account-handle/workspace-handle` */
  handle: string
  key: string | undefined
}): Code[] {
  const { apiUrl, handle } = input
  const url = workspaceApiUrl(apiUrl, input.accountId, input.workspaceId)
  const key = input.key ?? KEY_PLACEHOLDER
  const variables = [
    `PREFECT_CLOUD_API_URL="${apiUrl}"`,
    `PREFECT_API_URL="${url}"`,
    `PREFECT_API_KEY="${key}"`,
  ]
  return [
    command('config', 'prefect config', completeCommand(apiUrl, url, key), [
      'prefect config set',
      ...variables,
    ]),
    command('url', 'URL only', seedCommand(url), ['prefect config set', `PREFECT_API_URL="${url}"`]),
    command(
      'login',
      'cloud login',
      `prefect config set PREFECT_CLOUD_API_URL="${apiUrl}" && prefect cloud login -w ${handle}${input.key ? ` -k ${key}` : ''}`,
      [
        `prefect config set PREFECT_CLOUD_API_URL="${apiUrl}" &&`,
        `prefect cloud login -w ${handle}${input.key ? ` -k ${key}` : ''}`,
      ],
    ),
    { id: 'env', label: '.env', text: `${variables.join('\n')}\n`, lines: variables, shell: false },
    command(
      'docker',
      'Docker',
      `docker run --rm ${variables.map((each) => `-e ${each}`).join(' ')} prefecthq/prefect:3-latest prefect flow-run ls`,
      [
        'docker run --rm',
        ...variables.map((each) => `-e ${each}`),
        'prefecthq/prefect:3-latest prefect flow-run ls',
      ],
    ),
    command(
      'kubernetes',
      'Kubernetes',
      `kubectl create secret generic prefect-api ${variables.map((each) => `--from-literal=${each}`).join(' ')}`,
      ['kubectl create secret generic prefect-api', ...variables.map((each) => `--from-literal=${each}`)],
    ),
    actions(apiUrl, url),
    command('typescript', 'TypeScript', `npx orrery config set ${variables.join(' ')}`, [
      'npx orrery config set',
      ...variables,
    ]),
  ]
}

/** For a workflow file: the key comes from the repository's secrets, so that it never stands in one. */
function actions(apiUrl: string, url: string): Code {
  const lines = [
    'env:',
    `  PREFECT_CLOUD_API_URL: "${apiUrl}"`,
    `  PREFECT_API_URL: "${url}"`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces are those of GitHub Actions
    '  PREFECT_API_KEY: ${{ secrets.PREFECT_API_KEY }}',
  ]
  return { id: 'ci', label: 'CI', text: `${lines.join('\n')}\n`, lines, shell: false }
}

/** The only command there is in local mode, where nobody signs in. */
export const localCommands = (apiUrl: string): Code[] => [
  command('config', 'prefect config', seedCommand(apiUrl)),
  {
    id: 'env',
    label: '.env',
    text: `PREFECT_API_URL="${apiUrl}"\n`,
    lines: [`PREFECT_API_URL="${apiUrl}"`],
    shell: false,
  },
]

/** What to do with a key that was just made, whatever the workspace. */
export function keyCommands(apiUrl: string, key: string): Code[] {
  return [
    command('config', 'prefect config', `prefect config set PREFECT_API_KEY="${key}"`),
    command(
      'login',
      'cloud login',
      `prefect config set PREFECT_CLOUD_API_URL="${apiUrl}" && prefect cloud login -k ${key}`,
      [`prefect config set PREFECT_CLOUD_API_URL="${apiUrl}" &&`, `prefect cloud login -k ${key}`],
    ),
    {
      id: 'env',
      label: '.env',
      text: `PREFECT_API_KEY="${key}"\n`,
      lines: [`PREFECT_API_KEY="${key}"`],
      shell: false,
    },
  ]
}

import { describe, expect, it } from 'vitest'
import { connectCommands, keyCommands, localCommands, seedCommand, workspaceApiUrl } from './connect.ts'

const input = {
  apiUrl: 'https://orrery.example/api',
  accountId: 'a1',
  workspaceId: 'w1',
  handle: 'northwind/production',
  key: undefined,
}
const texts = (key: string | undefined) =>
  Object.fromEntries(connectCommands({ ...input, key }).map((code) => [code.id, code.text]))

describe('the commands that connect a shell', () => {
  it('set the API URL as the seed document writes it', () => {
    expect(seedCommand(workspaceApiUrl(input.apiUrl, 'a1', 'w1'))).toBe(
      'prefect config set PREFECT_API_URL="https://orrery.example/api/accounts/a1/workspaces/w1"',
    )
    expect(texts(undefined).url).toBe(seedCommand('https://orrery.example/api/accounts/a1/workspaces/w1'))
  })
  it('set all three settings in one line in the complete variant', () => {
    expect(texts('pnu_k').config).toBe(
      'prefect config set PREFECT_CLOUD_API_URL="https://orrery.example/api" PREFECT_API_URL="https://orrery.example/api/accounts/a1/workspaces/w1" PREFECT_API_KEY="pnu_k"',
    )
  })
  it('hold a place for the key until there is one', () => {
    expect(texts(undefined).config).toContain('PREFECT_API_KEY="<API KEY>"')
    expect(texts(undefined).login).not.toContain('-k')
    expect(texts('pnu_k').login).toContain('-w northwind/production -k pnu_k')
  })
  it('make a secret for Kubernetes and settings for the TypeScript command line of the same three', () => {
    const settings = [
      'PREFECT_CLOUD_API_URL="https://orrery.example/api"',
      'PREFECT_API_URL="https://orrery.example/api/accounts/a1/workspaces/w1"',
      'PREFECT_API_KEY="pnu_k"',
    ]
    expect(texts('pnu_k').kubernetes).toBe(
      `kubectl create secret generic prefect-api ${settings.map((each) => `--from-literal=${each}`).join(' ')}`,
    )
    expect(texts('pnu_k').typescript).toBe(`npx orrery config set ${settings.join(' ')}`)
  })
  it('never write the key into a workflow file', () => {
    expect(texts('pnu_k').ci).toBe(
      [
        'env:',
        '  PREFECT_CLOUD_API_URL: "https://orrery.example/api"',
        '  PREFECT_API_URL: "https://orrery.example/api/accounts/a1/workspaces/w1"',
        '  PREFECT_API_KEY: $' + '{{ secrets.PREFECT_API_KEY }}',
        '',
      ].join('\n'),
    )
  })
  it('are one line wherever a shell runs them, and one setting a line in a file', () => {
    for (const code of connectCommands({ ...input, key: 'pnu_k' })) {
      expect(code.text.trimEnd().includes('\n')).toBe(!code.shell)
    }
  })
  it('need nothing but the API URL in local mode', () => {
    expect(localCommands('http://127.0.0.1:4200/api')[0]?.text).toBe(
      'prefect config set PREFECT_API_URL="http://127.0.0.1:4200/api"',
    )
  })
  it('put a new key into the profile', () => {
    expect(keyCommands('https://orrery.example/api', 'pnu_k')[0]?.text).toBe(
      'prefect config set PREFECT_API_KEY="pnu_k"',
    )
  })
})

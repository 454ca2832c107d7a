/** `prefect cloud login` of the genuine client, through our page in a real browser. */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer, type TestServer } from '@orrery/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorkspace, hasBrowser, launchBrowser, newVisitor, signUp } from './browser.ts'

const BIN = join(import.meta.dirname, '../.cache/interop-venv/bin')
const hasClient = existsSync(join(BIN, 'prefect'))
if (!hasClient) {
  const message = 'no Prefect client found: its sign-in is not run (bash scripts/setup-interop.sh)'
  if (process.env.CI) throw new Error(message)
  console.warn(message)
}

describe.runIf(hasBrowser && hasClient)('prefect cloud login, in the browser', () => {
  let server: TestServer
  let browser: Browser
  let home: string

  beforeAll(async () => {
    server = await startServer()
    browser = await launchBrowser()
    home = mkdtempSync(join(tmpdir(), 'orrery-login-'))
    // What the client takes for the browser writes down the address and opens nothing.
    writeFileSync(join(home, 'browser.sh'), `#!/bin/sh\necho "$1" > "${home}/address"\n`)
    chmodSync(join(home, 'browser.sh'), 0o755)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  it('signs the client in, after which a flow runs here and the welcome turns green', async () => {
    const { page, context } = await newVisitor(browser, server.url)
    await signUp(page, 'mira@northwind.example')
    const path = await createWorkspace(page, 'production')
    const { api_url } = (await (await fetch(`${server.url}/api/auth/config`)).json()) as { api_url: string }
    const env = {
      ...process.env,
      PATH: `${BIN}:${process.env.PATH}`,
      PREFECT_HOME: home,
      PREFECT_CLOUD_API_URL: api_url,
      BROWSER: `${join(home, 'browser.sh')} %s`,
      DO_NOT_TRACK: '1',
    }

    // The client asks how to sign in only on a terminal, so it gets one; Enter takes the browser.
    const login = spawn(
      join(BIN, 'python'),
      ['-c', 'import pty; pty.spawn(["prefect", "cloud", "login", "-w", "mira/production"])'],
      { env, stdio: ['pipe', 'pipe', 'inherit'] },
    )
    let output = ''
    let asked = false
    login.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (!asked && output.includes('authenticate')) {
        asked = true
        setTimeout(() => login.stdin.write('\r'), 500)
      }
    })
    const ended = new Promise<void>((resolve) => login.on('close', () => resolve()))
    const address = join(home, 'address')
    await expect.poll(() => existsSync(address), { timeout: 60_000 }).toBe(true)
    const tab = await context.newPage()
    await tab.goto(readFileSync(address, 'utf8').trim())
    await tab.getByRole('button', { name: 'Approve' }).click()
    await tab.getByRole('heading', { name: 'The CLI is signed in' }).waitFor()
    await ended
    expect(output).toContain("Using workspace 'mira/production'")

    await page.goto(`${path}/dashboard`)
    await page.getByText('Nothing has arrived here yet').waitFor()
    const hello =
      (await page.getByRole('region', { name: 'Getting started' }).locator('code').last().textContent()) ?? ''
    const flow = spawn('sh', ['-c', hello.replace(/^\$\s*/, '')], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let log = ''
    flow.stdout.on('data', (chunk: Buffer) => {
      log += chunk.toString()
    })
    flow.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
    })
    await new Promise((resolve) => flow.on('close', resolve))
    expect(log).toContain('Finished in state Completed()')
    await page.getByText('Connected. The first event arrived').waitFor()

    // The link that the client printed opens the run.
    const link = /View at (\S+)/.exec(log)?.[1] ?? ''
    await page.goto(new URL(link).pathname)
    await page.waitForURL(`**${path}/runs/flow-run/*`)
    const name = /Flow run '([^']+)'/.exec(log)?.[1] ?? ''
    await page.getByRole('heading', { level: 1, name: new RegExp(name) }).waitFor()
  })
})

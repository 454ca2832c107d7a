/** Somebody who has never seen it connects a machine: signs up, copies one command, runs it, runs a flow. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer, type TestServer } from '@orrery/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../interop/process.ts'
import { hasBrowser, launchBrowser, newVisitor, signUp, type Visitor } from './browser.ts'
import { hasPython } from './scenery/northwind.ts'

const bin = join(import.meta.dirname, '../.cache/interop-venv/bin')

describe.runIf(hasBrowser && hasPython)('connecting a machine for the first time', () => {
  let server: TestServer
  let browser: Browser
  let visitor: Visitor
  let home: string

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'orrery-onboarding-'))
    server = await startServer()
    browser = await launchBrowser()
    visitor = await newVisitor(browser, server.url, { permissions: ['clipboard-read', 'clipboard-write'] })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  /** Runs what was copied, to the letter, in a shell that knows only where `prefect` and `python` are. */
  const inShell = async (command: string) => {
    const { code, stdout, stderr } = await run('/bin/sh', ['-c', command], {
      cwd: home,
      env: { PATH: `${bin}:/usr/bin:/bin`, HOME: home, PREFECT_HOME: join(home, '.prefect'), NO_COLOR: '1' },
      timeoutSeconds: 90,
    })
    expect({ code, out: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, out: '' })
    return stdout
  }
  const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()')

  it('the commands that the card shows are run as they are, and the card ticks itself', async () => {
    const { page, problems } = visitor
    await signUp(page, 'nadia@northwind.example', 'Nadia Haddad')
    await page.getByRole('main').getByRole('link', { name: 'Create workspace' }).click()
    await page.getByLabel('Name').fill('first-steps')
    await page.getByRole('button', { name: 'Create', exact: true }).click()

    const card = page.getByRole('region', { name: 'Getting started' })
    await card.getByText('Nothing has arrived here yet').waitFor()
    const [connect, start] = [card.getByRole('listitem').nth(0), card.getByRole('listitem').nth(1)]
    expect(await connect.getByRole('heading').textContent()).toContain('Connect the shell')
    await connect.getByRole('button', { name: 'Create a key and put it in' }).click()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await connect.getByText('is in the command').waitFor()
    await connect.getByRole('button', { name: /^Cop/ }).first().click()
    await expect.poll(() => copied(page)).toContain('pnu_')
    const began = await page.evaluate<number>('performance.timeOrigin')
    await inShell(await copied(page))

    await start.getByRole('button', { name: 'Copy the command' }).click()
    await expect.poll(() => copied(page)).toMatch(/^python -c /)
    await inShell(await copied(page))

    await card.getByText('Connected. The first event arrived').waitFor()
    await card.getByRole('link', { name: 'See the run' }).click()
    await page.getByRole('main').getByText('hello').first().waitFor()
    const rows = page.getByRole('main').getByText(/Completed/)
    await rows.first().waitFor()
    // Never reloaded on the way.
    expect(await page.evaluate<number>('performance.timeOrigin')).toBe(began)
    expect(problems).toEqual([])
  })

  it('the test of the connection listens, and names what arrives', async () => {
    const { page } = visitor
    await page.getByRole('link', { name: 'Settings', exact: true }).first().click()
    await page.getByText('The first event arrived').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByText('Listening', { exact: true }).waitFor()
    await inShell(`python -c "from prefect import flow; flow(name='again')(lambda: None)()"`)
    const heard = page.getByRole('status').filter({ hasText: /Connected|Listening|Nothing/ })
    await expect.poll(() => heard.textContent(), { timeout: 20_000 }).toMatch(/prefect\.\S+ of \S+ arrived/)
    expect(await page.getByRole('button', { name: 'Test again' }).isEnabled()).toBe(true)
  })

  it('the sections of the settings are marked as they are read', async () => {
    const { page } = visitor
    await page.setViewportSize({ width: 1200, height: 600 })
    const nav = page.getByRole('navigation', { name: 'Settings' })
    const here = () => nav.locator('[aria-current]').allTextContents()
    expect(await here()).toEqual(['Connect'])
    await nav.getByRole('link', { name: 'Delete' }).click()
    await expect.poll(here).toEqual(['Delete'])
    await nav.getByRole('link', { name: 'Details' }).click()
    await expect.poll(here).toEqual(['Details'])
    await page.mouse.move(700, 300)
    await page.mouse.wheel(0, -3000)
    await expect.poll(here).toEqual(['Connect'])
  })
})

// How pages stay up to date: one socket, what happens when it breaks or cannot be had, and in a hidden tab.
import { startServer, type TestServer } from '@orrery/testing'
import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, launchBrowser, newVisitor } from './browser.ts'

describe.runIf(hasBrowser)('live', () => {
  let server: TestServer
  let browser: Browser
  let flow: string

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const startRun = async (name: string): Promise<string> => {
    const { id } = await api<{ id: string }>('POST', '/flow_runs/', {
      flow_id: flow,
      name,
      state: { type: 'PENDING' },
    })
    await setState(id, 'RUNNING')
    return id
  }
  const setState = (id: string, type: string) =>
    api('POST', `/flow_runs/${id}/set_state`, { state: { type } })

  beforeAll(async () => {
    server = await startServer({ flags: { local: true } })
    browser = await launchBrowser()
    flow = (await api<{ id: string }>('POST', '/flows/', { name: 'hourly-ingest' })).id
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const status = (page: Page, word: string) =>
    page.getByRole('status').filter({ hasText: new RegExp(`^${word}$`) })

  it('one socket for events serves every page, and one for logs the run that is open', async () => {
    const run = await startRun('calm-heron')
    const { page, context, problems } = await newVisitor(browser, server.url)
    const opened: string[] = []
    const closed: string[] = []
    page.on('websocket', (socket) => {
      const name = new URL(socket.url()).pathname.replace('/api', '')
      opened.push(name)
      socket.on('close', () => closed.push(name))
    })
    await page.goto('/dashboard')
    await status(page, 'Live').waitFor()
    for (const name of ['Runs', 'Flows', 'Artifacts', 'Settings', 'Home', 'Runs']) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click()
      await page.getByRole('heading', { level: 1 }).waitFor()
      await status(page, 'Live').waitFor()
    }
    expect(opened).toEqual(['/events/out'])
    await page.getByRole('link', { name: 'calm-heron' }).click()
    await page.waitForURL(`**/runs/flow-run/${run}*`)
    await page.getByText('No line yet').waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: /Runs/ }).waitFor()
    await expect.poll(() => closed).toEqual(['/logs/out'])
    expect(opened).toEqual(['/events/out', '/logs/out'])
    expect(problems).toEqual([])
    await context.close()
  })

  it('what happened while the socket was cut is on the page when it is back', async () => {
    const run = await startRun('brisk-lemur')
    const { page, context } = await newVisitor(browser, server.url)
    let reachable = true
    const sockets: WebSocketRoute[] = []
    await page.routeWebSocket(/\/events\/out/, (socket) => {
      if (!reachable) {
        void socket.close()
        return
      }
      sockets.push(socket)
      socket.connectToServer()
    })
    await page.goto(`/runs/flow-run/${run}`)
    await status(page, 'Live').waitFor()
    reachable = false
    for (const socket of sockets) await socket.close()
    await status(page, 'Reconnecting').waitFor()
    await setState(run, 'COMPLETED')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Running')
    reachable = true
    await status(page, 'Live').waitFor()
    await page.getByRole('heading', { level: 1, name: /Completed/ }).waitFor()
    expect(sockets).toHaveLength(2)
    await context.close()
  })

  it('without any socket the page asks again and again, and says that it does', async () => {
    const run = await startRun('stoic-puffin')
    const { page, context } = await newVisitor(browser, server.url)
    await page.clock.install()
    await page.routeWebSocket(/\/out$/, (socket) => void socket.close())
    await page.goto(`/runs/flow-run/${run}`)
    await status(page, 'Reconnecting').waitFor()
    await page.clock.runFor(10_000)
    const indicator = status(page, 'Polling')
    await indicator.waitFor()
    expect(await indicator.getAttribute('title')).toContain('asked for every 30 seconds, of a run every 5')
    await setState(run, 'COMPLETED')
    await page.clock.runFor(6_000)
    await page.getByRole('heading', { level: 1, name: /Completed/ }).waitFor()
    await context.close()
  })

  it('a hidden tab closes its socket after a minute and asks nothing; shown again, it catches up', async () => {
    const run = await startRun('lucid-marten')
    const { page, context } = await newVisitor(browser, server.url)
    await page.clock.install()
    const asked: string[] = []
    // Scripts that are fetched ahead are no question.
    page.on('request', (request) => {
      if (new URL(request.url()).pathname.startsWith('/api/')) asked.push(request.url())
    })
    let open = 0
    page.on('websocket', (socket) => {
      open++
      socket.on('close', () => open--)
    })
    await page.goto(`/runs/flow-run/${run}`)
    await status(page, 'Live').waitFor()
    await page.waitForLoadState('networkidle')
    const turn = (hidden: boolean) =>
      page.evaluate(`{
        const property = (name, value) =>
          Object.defineProperty(document, name, { configurable: true, get: () => value })
        property('hidden', ${hidden})
        property('visibilityState', '${hidden ? 'hidden' : 'visible'}')
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      }`)
    await turn(true)
    asked.length = 0
    await startRun('meek-otter')
    await api('POST', `/flow_runs/${run}/set_state`, {
      state: { type: 'RUNNING', name: 'Retrying' },
      force: true,
    })
    await page.clock.runFor(61_000)
    expect(asked).toEqual([])
    await status(page, 'Paused').waitFor()
    await expect.poll(() => open).toBe(0)
    asked.length = 0
    await setState(run, 'COMPLETED')
    await page.clock.runFor(10 * 60_000)
    expect(asked).toEqual([])
    await turn(false)
    await page.getByRole('heading', { level: 1, name: /Completed/ }).waitFor()
    await status(page, 'Live').waitFor()
    await context.close()
  })
})

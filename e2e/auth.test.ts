import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startServer, type TestServer } from '@orrery/testing'
import type { Browser } from 'playwright-core'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, launchBrowser, newVisitor, PASSWORD, signIn, signUp } from './browser.ts'

const OWNER = 'mira@northwind.example'

describe.runIf(hasBrowser)('signing in, in the browser', () => {
  let server: TestServer
  let browser: Browser

  beforeAll(async () => {
    server = await startServer()
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  it('the first person sets the server up, becomes its owner, and is prompted to create a workspace', async () => {
    const { page, context, problems } = await newVisitor(browser, server.url)
    await page.goto('/')
    await page.getByRole('heading', { name: 'Set up Orrery' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/sign-up')
    await signUp(page, OWNER)
    await page.getByRole('heading', { name: 'Create your first workspace' }).waitFor()
    await page.goto('/instance')
    await page.getByRole('radio', { name: /^Closed/ }).waitFor()
    expect(await page.getByRole('radio', { name: /^Closed/ }).isChecked()).toBe(true)
    const cookie = (await context.cookies()).find((each) => each.name === 'orrery_session')
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
    const readable = await page.evaluate<string>(
      'document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)',
    )
    expect(readable).not.toContain(cookie?.value)
    expect(problems).toEqual([])
    await context.close()
  })

  it('signing up is closed afterwards, says so, and is open when the owner opens it', async () => {
    const stranger = await newVisitor(browser, server.url)
    await stranger.page.goto('/sign-up')
    await stranger.page.getByText('Signing up is closed').waitFor()
    expect(await stranger.page.getByLabel('Password').count()).toBe(0)

    const owner = await newVisitor(browser, server.url)
    await signIn(owner.page, OWNER)
    await owner.page.waitForURL(/\/workspaces/)
    await owner.page.goto('/instance')
    await owner.page.getByText('Anyone who reaches this server').click()
    await owner.page.getByText('Signing up is open').waitFor()

    await stranger.page.goto('/sign-up')
    await stranger.page.getByText('Anyone who reaches this page may sign up').waitFor()
    await signUp(stranger.page, 'jonas@northwind.example', 'Jonas Weil')
    await stranger.page.getByRole('heading', { name: 'Create your first workspace' }).waitFor()
    expect(await stranger.page.getByRole('link', { name: 'Instance' }).count()).toBe(0)
    await stranger.context.close()
    await owner.context.close()
  })

  it('a wrong password is refused in one sentence, and the right one leads to the page that was asked for', async () => {
    const { page, context } = await newVisitor(browser, server.url)
    await page.goto('/my/api-keys')
    await page.waitForURL(/\/sign-in\?redirect=/)
    await page.getByLabel('E-mail').fill(OWNER)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('E-mail or password is wrong.').waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/my/api-keys')
    await page.getByTitle('Account').click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goto('/my/api-keys')
    await page.waitForURL(/\/sign-in/)
    await context.close()
  })

  it('a redirect to another site is not followed', async () => {
    const { page, context } = await newVisitor(browser, server.url)
    await page.goto(`/sign-in?redirect=${encodeURIComponent('//example.com/x')}`)
    await page.getByLabel('E-mail').fill(OWNER)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /workspace/i }).waitFor()
    expect(new URL(page.url()).origin).toBe(new URL(server.url).origin)
    await context.close()
  })

  it('sessions are listed, and one that is signed out is out at once', async () => {
    const here = await newVisitor(browser, server.url)
    const there = await newVisitor(browser, server.url)
    await signIn(here.page, OWNER)
    await here.page.waitForURL(/\/workspaces/)
    await signIn(there.page, OWNER)
    await there.page.waitForURL(/\/workspaces/)
    await here.page.goto('/my/sessions')
    await here.page.getByText('this one').waitFor()
    const out = here.page.getByRole('button', { name: /^Sign out Chrome/ })
    const before = await out.count()
    expect(before).toBeGreaterThanOrEqual(1)
    // The youngest of the others is the one that was just opened.
    await out.first().click()
    await here.page.getByText('1 session signed out').waitFor()
    await expect.poll(() => out.count()).toBe(before - 1)
    await there.page.reload()
    await there.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await here.context.close()
    await there.context.close()
  })

  it('changing the password ends every other session, and the old password', async () => {
    const here = await newVisitor(browser, server.url)
    const there = await newVisitor(browser, server.url)
    await signIn(here.page, OWNER)
    await here.page.waitForURL(/\/workspaces/)
    await signIn(there.page, OWNER)
    await there.page.waitForURL(/\/workspaces/)
    await here.page.goto('/my/profile')
    const change = async (current: string, next: string) => {
      await here.page.getByLabel('Current password').fill(current)
      await here.page.getByLabel('New password').fill(next)
      await here.page.getByRole('button', { name: 'Change password' }).click()
    }
    await change('wrong password here', `${PASSWORD} staple`)
    await here.page.locator('#password [role=alert]').waitFor()
    await change(PASSWORD, `${PASSWORD} staple`)
    await here.page.getByText('Password changed').waitFor()
    await here.page.reload()
    await here.page.getByLabel('Current password').waitFor()
    await there.page.reload()
    await there.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signIn(there.page, OWNER)
    await there.page.getByText('E-mail or password is wrong.').waitFor()
    await signIn(there.page, OWNER, `${PASSWORD} staple`)
    await there.page.waitForURL(/\/workspaces/)
    // Back, for the tests that follow.
    await change(`${PASSWORD} staple`, PASSWORD)
    await here.page.getByText('Password changed').waitFor()
    await here.context.close()
    await there.context.close()
  })

  it('a profile is edited, and its name is shown everywhere', async () => {
    const { page, context } = await newVisitor(browser, server.url)
    await signIn(page, OWNER)
    await page.waitForURL(/\/workspaces/)
    await page.goto('/my/profile')
    await page.getByLabel('Last name').fill('Okafor-Lind')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    await page.getByRole('heading', { level: 1, name: 'Mira Okafor-Lind' }).waitFor()
    await page.reload()
    expect(await page.getByLabel('Last name').inputValue()).toBe('Okafor-Lind')
    expect(await page.getByTitle('Account').textContent()).toContain('Mira Okafor-Lind')
    await context.close()
  })

  it('a forgotten password is set anew by the link of the mail, once', async () => {
    const mails: string[] = []
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, callback) {
        let text = ''
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        stream.on('end', () => {
          // Quoted-printable: soft line breaks, and the equals sign of the query.
          mails.push(text.replace(/=\r?\n/g, '').replace(/=3D/g, '='))
          callback()
        })
      },
    })
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
    const { port } = smtp.server.address() as AddressInfo
    const withMail = await startServer({ env: { ORRERY_SMTP_URL: `smtp://127.0.0.1:${port}` } })
    const { page, context } = await newVisitor(browser, withMail.url)
    await signUp(page, OWNER)
    await page.getByRole('heading', { name: 'Create your first workspace' }).waitFor()
    await context.clearCookies()
    await page.goto('/sign-in')
    await page.getByRole('link', { name: 'Forgotten?' }).click()
    // The page before has a field of the same name.
    await page.getByRole('heading', { name: 'Forgotten password' }).waitFor()
    await page.getByLabel('E-mail').fill(OWNER)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    await expect.poll(() => mails.length).toBe(1)
    const link = new URL(/https?:\/\/\S+\/reset-password\?token=\S+/.exec(mails[0] ?? '')?.[0] ?? '')
    const reset = async (password: string) => {
      await page.goto(link.pathname + link.search)
      await page.getByLabel('New password').fill(password)
      await page.getByRole('button', { name: 'Set the password' }).click()
    }
    await reset('nine green doors open')
    await page.getByRole('heading', { name: 'Password set' }).waitFor()
    await reset('nine green doors shut')
    await page.getByText(/was used or is too old/).waitFor()
    await signIn(page, OWNER, 'nine green doors open')
    await page.waitForURL(/\/workspaces/)
    await context.close()
    await withMail.stop()
    await new Promise<void>((resolve) => smtp.close(() => resolve()))
  })

  describe('a CLI that asks for a key', () => {
    interface Received {
      path: string
      contentType: string | undefined
      body: unknown
    }

    /** The one-shot server that `prefect cloud login` runs: it answers any origin. */
    async function cliServer() {
      const received: Received[] = []
      const cli = createServer((request, response) => {
        response.setHeader('access-control-allow-origin', '*')
        response.setHeader('access-control-allow-headers', '*')
        response.setHeader('access-control-allow-methods', '*')
        response.setHeader('access-control-allow-private-network', 'true')
        if (request.method === 'OPTIONS') return void response.writeHead(204).end()
        let text = ''
        request.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        request.on('end', () => {
          received.push({
            path: request.url ?? '',
            contentType: request.headers['content-type'],
            body: JSON.parse(text),
          })
          response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success"}')
        })
      })
      await new Promise<void>((resolve) => cli.listen(0, '127.0.0.1', resolve))
      const { port } = cli.address() as AddressInfo
      return {
        url: `http://localhost:${port}`,
        received,
        close: () => new Promise((resolve) => cli.close(resolve)),
      }
    }

    it('gets one after the sign-in and a click, and the key opens the API', async () => {
      const cli = await cliServer()
      const { page, context, problems } = await newVisitor(browser, server.url)
      await page.goto(`/auth/client?callback=${encodeURIComponent(cli.url)}`)
      await page.waitForURL(/\/sign-in/)
      await page.getByLabel('E-mail').fill(OWNER)
      await page.getByLabel('Password').fill(PASSWORD)
      await page.keyboard.press('Enter')
      await page.getByText(cli.url).waitFor()
      expect(cli.received).toEqual([])
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.getByRole('heading', { name: 'The CLI is signed in' }).waitFor()
      expect(cli.received).toHaveLength(1)
      const [answer] = cli.received
      expect(answer).toMatchObject({ path: '/success', contentType: 'application/json' })
      const { api_key } = (answer as Received).body as { api_key: string }
      expect(api_key).toMatch(/^pnu_/)
      const me = await fetch(`${server.url}/api/me/`, { headers: { authorization: `Bearer ${api_key}` } })
      expect(((await me.json()) as { email: string }).email).toBe(OWNER)
      expect(problems).toEqual([])
      await page.goto('/my/api-keys')
      await page.getByRole('cell', { name: /^cli-[0-9a-f-]{36}/ }).waitFor()
      expect(await page.content()).not.toContain(api_key)
      await context.close()
      await cli.close()
    })

    it('is told when it is denied', async () => {
      const cli = await cliServer()
      const { page, context } = await newVisitor(browser, server.url)
      await signIn(page, OWNER)
      await page.waitForURL(/\/workspaces/)
      await page.goto(`/auth/client?callback=${encodeURIComponent(cli.url)}`)
      await page.getByRole('button', { name: 'Deny' }).click()
      await page.getByRole('heading', { name: 'Denied' }).waitFor()
      expect(cli.received).toEqual([
        {
          path: '/failure',
          contentType: 'application/json',
          body: { reason: `${OWNER} denied the request.` },
        },
      ])
      await context.close()
      await cli.close()
    })

    it('can be given the key by hand when it is gone', async () => {
      const cli = await cliServer()
      await cli.close()
      const { page, context } = await newVisitor(browser, server.url)
      await signIn(page, OWNER)
      await page.waitForURL(/\/workspaces/)
      await page.goto(`/auth/client?callback=${encodeURIComponent(cli.url)}`)
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.getByRole('heading', { name: 'Paste this into the CLI' }).waitFor()
      const key = (await page.getByTestId('new-key').textContent()) ?? ''
      const me = await fetch(`${server.url}/api/me/`, { headers: { authorization: `Bearer ${key}` } })
      expect(me.status).toBe(200)
      await context.close()
    })

    it('is given nothing when it is not on this computer', async () => {
      const { page, context } = await newVisitor(browser, server.url)
      await signIn(page, OWNER)
      await page.waitForURL(/\/workspaces/)
      await page.goto(`/auth/client?callback=${encodeURIComponent('http://localhost.example.com:5000')}`)
      await page.getByRole('heading', { name: 'Nothing to authorise' }).waitFor()
      expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
      await context.close()
    })
  })
})

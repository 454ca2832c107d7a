import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { type Call, config, localConfig, me, renderApp, Status } from '../../testing/app.tsx'

const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

describe('signing in', () => {
  it('goes on to the page that was asked for', async () => {
    const { address, calls } = await renderApp('/sign-in?redirect=%2Fmy%2Fsessions', {
      user: null,
      api: { 'POST /api/auth/sign-in': { user: me }, 'GET /api/me/sessions': [] },
    })
    await screen.findByLabelText('E-mail')
    type('E-mail', ' mira@northwind.example ')
    type('Password', 'correct horse battery')
    press('Sign in')
    await waitFor(() => expect(address()).toBe('/my/sessions'))
    expect(calls.find((call) => call.path === '/api/auth/sign-in')?.body).toEqual({
      email: 'mira@northwind.example',
      password: 'correct horse battery',
    })
  })

  it('says the one sentence of the server when it fails', async () => {
    await renderApp('/sign-in', {
      user: null,
      api: { 'POST /api/auth/sign-in': new Status(401, { detail: 'E-mail or password is wrong.' }) },
    })
    await screen.findByLabelText('E-mail')
    type('E-mail', 'a@b.example')
    type('Password', 'x')
    press('Sign in')
    expect(await screen.findByText('E-mail or password is wrong.')).toBeTruthy()
  })

  it('counts down while it is throttled, and cannot be pressed', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    try {
      await renderApp('/sign-in', {
        user: null,
        api: {
          'POST /api/auth/sign-in': new Status(429, { detail: 'Too many attempts.' }, { 'retry-after': '3' }),
        },
      })
      await screen.findByLabelText('E-mail')
      type('E-mail', 'a@b.example')
      type('Password', 'x')
      press('Sign in')
      expect(await screen.findByText(/Try again in [23] s/)).toBeTruthy()
      const button = screen.getByRole('button', { name: 'Sign in' }) as HTMLButtonElement
      expect(button.disabled).toBe(true)
      await act(() => vi.advanceTimersByTimeAsync(3500))
      expect(button.disabled).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it('offers the configured providers, and explains how one of them failed', async () => {
    await renderApp('/sign-in?error=signup_closed&redirect=%2Fworkspaces', {
      user: null,
      config: { ...config, providers: [{ id: 'github', name: 'GitHub' }] },
    })
    const link = (await screen.findByRole('link', { name: 'Continue with GitHub' })) as HTMLAnchorElement
    expect(link.getAttribute('href')).toBe('/api/auth/oauth/github?redirect_to=%2Fworkspaces')
    expect(screen.getByRole('alert').textContent).toContain('signing up is closed')
  })
})

describe('signing up', () => {
  it.each([
    ['closed', 'Signing up is closed'],
    ['open', 'Anyone who reaches this page may sign up.'],
    ['first_user', 'this account will own the instance'],
  ] as const)('says its rule when it is %s', async (signup, text) => {
    await renderApp('/sign-up', { user: null, config: { ...config, signup } })
    await screen.findByRole('heading', { level: 1 })
    expect(document.body.textContent).toContain(text)
  })

  it('asks for the one-time code where the server wants it, and shows what is wrong beside its field', async () => {
    const { calls } = await renderApp('/sign-up', {
      user: null,
      config: { ...config, signup: 'first_user', setup_code_required: true },
      api: {
        'POST /api/auth/sign-up': new Status(422, {
          exception_message: 'Invalid request received.',
          exception_detail: [
            { type: 'x', loc: ['body', 'setup_code'], msg: 'is not the code that was printed' },
          ],
        }),
      },
    })
    await screen.findByLabelText('One-time code')
    type('One-time code', 'abc-123')
    type('E-mail', 'mira@northwind.example')
    type('Password', 'correct horse battery')
    press('Create the owner’s account')
    expect(await screen.findByText('is not the code that was printed')).toBeTruthy()
    expect(screen.getByLabelText('One-time code').getAttribute('aria-invalid')).toBe('true')
    expect(calls.at(-1)?.body).toMatchObject({ setup_code: 'abc-123', email: 'mira@northwind.example' })
  })
})

describe('authorising a CLI', () => {
  const KEYS = `POST /api/users/${me.id}/api_keys`
  const key = ({ body }: Call) =>
    new Status(201, { id: 'k', created: '', key: 'pnu_secret', ...(body as object) })
  const page = '/auth/client?callback=http%3A%2F%2Flocalhost%3A54321'

  it('shows who asks, and hands over a key of 30 days after a click', async () => {
    const { calls } = await renderApp(page, {
      api: { [KEYS]: key, 'POST http://localhost:54321/success': { status: 'success' } },
    })
    expect(await screen.findByText('http://localhost:54321')).toBeTruthy()
    expect(calls.some((call) => call.method === 'POST')).toBe(false)
    press('Approve')
    expect(await screen.findByText('The CLI is signed in')).toBeTruthy()
    const [made, sent] = calls.filter((call) => call.method === 'POST')
    const body = made?.body as { name: string; expiration: string }
    expect(body.name).toMatch(/^cli-[0-9a-f-]{36}$/)
    expect((Date.parse(body.expiration) - Date.now()) / 86_400_000).toBeCloseTo(30, 1)
    expect(sent).toMatchObject({ path: 'http://localhost:54321/success', body: { api_key: 'pnu_secret' } })
  })

  it('shows the key once when the browser cannot reach the CLI', async () => {
    await renderApp(page, { api: { [KEYS]: key } })
    await screen.findByText('http://localhost:54321')
    press('Approve')
    expect(await screen.findByText('Paste this into the CLI')).toBeTruthy()
    expect(screen.getByTestId('new-key').textContent).toBe('pnu_secret')
  })

  it('tells the CLI when it is denied, and makes no key', async () => {
    const { calls } = await renderApp(page, { api: { 'POST http://localhost:54321/failure': {} } })
    await screen.findByText('http://localhost:54321')
    press('Deny')
    expect(await screen.findByRole('heading', { name: 'Denied' })).toBeTruthy()
    expect(calls.filter((call) => call.method === 'POST')).toEqual([
      {
        method: 'POST',
        path: 'http://localhost:54321/failure',
        body: { reason: 'mira@northwind.example denied the request.' },
      },
    ])
  })

  it('is not needed in local mode, where the page says what is', async () => {
    await renderApp(page, { config: localConfig, user: null })
    expect(await screen.findByRole('heading', { name: 'No key is needed here' })).toBeTruthy()
    expect(document.body.textContent).toContain('PREFECT_API_URL="http://localhost:3000/api"')
  })

  it('offers nothing for an address that is not a port of this computer', async () => {
    await renderApp('/auth/client?callback=https%3A%2F%2Fevil.example%2F')
    expect(await screen.findByRole('heading', { name: 'Nothing to authorise' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull()
  })
})

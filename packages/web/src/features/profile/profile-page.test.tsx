import { fireEvent, screen, waitFor } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { config, renderApp, Status } from '../../testing/app.tsx'

const providers = [
  { id: 'google', name: 'Google' },
  { id: 'github', name: 'GitHub' },
]
const github = {
  id: 'i1',
  created: '2026-09-12T08:00:00.000000Z',
  provider: 'github',
  name: 'GitHub',
  email: 'mira@northwind.example',
  configured: true,
}
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name })

describe('the profile', () => {
  it('lists what is offered and what is connected, and disconnects while another way remains', async () => {
    let identities = [github]
    const { calls } = await renderApp('/my/profile', {
      config: { ...config, providers },
      api: {
        'GET /api/me/identities': () => ({ has_password: true, identities }),
        'DELETE /api/me/identities/i1': () => {
          identities = []
          return undefined
        },
      },
    })
    const google = await screen.findByRole('link', { name: 'Connect Google' })
    expect(google.getAttribute('href')).toBe('/api/auth/oauth/google?redirect_to=%2Fmy%2Fprofile')
    expect(screen.getByText('mira@northwind.example, since 12 Sep 2026')).toBeTruthy()
    fireEvent.click(button('Disconnect GitHub'))
    await screen.findByRole('link', { name: 'Connect GitHub' })
    expect(calls.filter((call) => call.method === 'DELETE').length).toBe(1)
  })

  it('keeps the only way to sign in, and asks for no password where there is none', async () => {
    const { calls } = await renderApp('/my/profile', {
      config: { ...config, providers },
      api: {
        'GET /api/me/identities': { has_password: false, identities: [github] },
        'POST /api/auth/password': new Status(204),
      },
    })
    await screen.findByText('You have none yet. With one you get in without any other account.')
    expect(button('Disconnect GitHub').disabled).toBe(true)
    expect(screen.queryByLabelText('Current password')).toBeNull()
    fireEvent.change(screen.getByLabelText('New password'), { target: { value: 'seven quiet lamps hum' } })
    fireEvent.click(button('Set password'))
    await waitFor(() =>
      expect(calls.find((call) => call.path === '/api/auth/password')?.body).toEqual({
        current_password: '',
        new_password: 'seven quiet lamps hum',
      }),
    )
  })

  it('sets the colours of states for this browser', async () => {
    await renderApp('/my/profile', {
      api: { 'GET /api/me/identities': { has_password: true, identities: [] } },
    })
    fireEvent.click(await screen.findByRole('button', { name: 'More light and dark' }))
    expect(document.documentElement.dataset.vision).toBe('steps')
    expect(localStorage.getItem('orrery.vision')).toBe('steps')
    fireEvent.click(button('Standard'))
    expect(document.documentElement.dataset.vision).toBeUndefined()
    expect(localStorage.getItem('orrery.vision')).toBeNull()
  })
})

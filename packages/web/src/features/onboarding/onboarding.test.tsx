import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { ACCOUNT, renderApp, WORKSPACE } from '../../testing/app.tsx'

const W = `/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}`
const HOME = `/account/${ACCOUNT}/workspace/${WORKSPACE}/dashboard`
const nothing = { first_event_at: null, first_flow_run_at: null }
const warning = {
  id: 'w1',
  code: 'socket_without_credentials',
  message: 'An event socket came without credentials.',
  cure: 'Set PREFECT_CLOUD_API_URL too.',
  client: 'prefect 3.9.1',
  count: 3,
  first_seen: '2026-11-24T09:00:00.000000Z',
  last_seen: '2026-11-24T09:00:00.000000Z',
}

describe('the welcome of an empty workspace', () => {
  it('turns green by itself when the first event arrives', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    try {
      let seen: { first_event_at: string | null; first_flow_run_at: string | null } = nothing
      await renderApp(HOME, { api: { [`GET ${W}/ui/onboarding`]: () => seen, [`GET ${W}/ui/warnings`]: [] } })
      const card = await screen.findByRole('region', { name: 'Getting started' })
      expect(card.dataset.connected).toBe('no')
      expect(card.textContent).toContain('Nothing has arrived here yet')
      seen = {
        first_event_at: '2026-11-24T09:00:00.000000Z',
        first_flow_run_at: '2026-11-24T09:00:00.000000Z',
      }
      await act(() => vi.advanceTimersByTimeAsync(3100))
      expect(card.dataset.connected).toBe('yes')
      expect(within(card).getByText(/Connected. The first event arrived/)).toBeTruthy()
      expect(within(card).getByRole('link', { name: 'See the run' })).toBeTruthy()
      fireEvent.click(within(card).getByRole('button', { name: 'Put this away' }))
      expect(screen.queryByRole('region', { name: 'Getting started' })).toBeNull()
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not appear in a workspace that is in use', async () => {
    const { calls } = await renderApp(HOME, {
      api: {
        [`GET ${W}/ui/onboarding`]: { first_event_at: '2026-11-01T00:00:00Z', first_flow_run_at: null },
        [`GET ${W}/ui/warnings`]: [],
      },
    })
    await waitFor(() => expect(calls.some((call) => call.path === `${W}/ui/onboarding`)).toBe(true))
    await act(async () => {})
    expect(screen.queryByRole('region', { name: 'Getting started' })).toBeNull()
  })
})

describe('the warnings of a workspace', () => {
  it('name the cure, and go away when they are put away', async () => {
    let warnings = [warning]
    await renderApp(HOME, {
      api: {
        [`GET ${W}/ui/onboarding`]: nothing,
        [`GET ${W}/ui/warnings`]: () => warnings,
        [`DELETE ${W}/ui/warnings/w1`]: () => {
          warnings = []
          return undefined
        },
      },
    })
    const banner = await screen.findByRole('region', { name: 'Warnings' })
    expect(banner.textContent).toContain(
      'An event socket came without credentials. Set PREFECT_CLOUD_API_URL too.',
    )
    expect(banner.textContent).toContain('prefect 3.9.1, 3 times')
    fireEvent.click(within(banner).getByRole('button', { name: 'Put this warning away' }))
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Warnings' })).toBeNull())
  })
})

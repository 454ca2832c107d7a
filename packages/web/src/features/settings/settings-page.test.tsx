import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import {
  ACCOUNT,
  type Call,
  localConfig,
  me,
  renderApp,
  Status,
  WORKSPACE,
  workspaceRow,
} from '../../testing/app.tsx'

const W = `/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}`
const PAGE = `/account/${ACCOUNT}/workspace/${WORKSPACE}/settings`
const workspace = {
  id: WORKSPACE,
  created: '2026-11-01T00:00:00.000000Z',
  updated: '2026-11-01T00:00:00.000000Z',
  account_id: ACCOUNT,
  name: 'production',
  handle: 'production',
  description: null,
}
const api = {
  [`GET ${W}`]: workspace,
  [`GET ${W}/ui/onboarding`]: { first_event_at: null, first_flow_run_at: null },
  [`GET ${W}/ui/warnings`]: [],
  'GET /api/me/workspaces/overview': [],
}
const shown = (id: string) => document.querySelector(`[data-code="${id}"]`)?.textContent ?? ''

describe('the settings of a workspace', () => {
  it('show the complete command, and put a key into it in place', async () => {
    await renderApp(PAGE, {
      api: {
        ...api,
        [`POST /api/users/${me.id}/api_keys`]: ({ body }: Call) =>
          new Status(201, { id: 'k', created: '', key: 'pnu_secret', ...(body as object) }),
      },
    })
    fireEvent.click(await screen.findByRole('button', { name: 'Create a key and put it in' }))
    expect(shown('config')).toContain('<API KEY>')
    fireEvent.click(await screen.findByRole('button', { name: 'Confirm' }))
    await waitFor(() => expect(shown('config')).toContain('PREFECT_API_KEY="pnu_secret"'))
    expect(shown('config')).toContain(
      `PREFECT_API_URL="http://localhost:3000/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}"`,
    )
  })

  it('save only what was changed', async () => {
    const { calls } = await renderApp(PAGE, { api: { ...api, [`PATCH ${W}`]: undefined } })
    fireEvent.change(await screen.findByLabelText('Name'), { target: { value: 'live' } })
    fireEvent.click(screen.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(calls.find((call) => call.method === 'PATCH')?.body).toEqual({ name: 'live' }))
  })

  it('delete only after the name was typed to the letter', async () => {
    const { calls, address } = await renderApp(PAGE, {
      api: {
        ...api,
        [`DELETE ${W}`]: undefined,
        'GET /api/me/workspaces/overview': [
          {
            ...workspaceRow,
            role: 'Owner',
            counts: { flows: 2, deployments: 1, flow_runs: 1309 },
            today: { failed: 0, crashed: 0, late: 0, running: 0 },
            history: [],
          },
        ],
      },
    })
    fireEvent.click(await screen.findByRole('button', { name: /Delete production/ }))
    expect(await screen.findByText(/1 deployment, 2 flows and their runs \(1,309 runs/)).toBeTruthy()
    const confirm = screen.getByRole('button', { name: 'Delete workspace' }) as HTMLButtonElement
    const field = screen.getByLabelText('Type production to confirm')
    fireEvent.change(field, { target: { value: 'Production' } })
    expect(confirm.disabled).toBe(true)
    fireEvent.submit(field)
    expect(calls.some((call) => call.method === 'DELETE')).toBe(false)
    fireEvent.change(field, { target: { value: 'production' } })
    fireEvent.click(confirm)
    await waitFor(() => expect(address()).toBe('/workspaces'))
    expect(calls.filter((call) => call.method === 'DELETE').map((call) => call.path)).toEqual([W])
  })

  it('listen for 60 s on demand, and say that nothing came', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    try {
      await renderApp(PAGE, { api })
      fireEvent.click(await screen.findByRole('button', { name: 'Test the connection' }))
      expect(screen.getByText('Listening')).toBeTruthy()
      await act(() => vi.advanceTimersByTimeAsync(58_000))
      expect(screen.getByText('Listening')).toBeTruthy()
      await act(() => vi.advanceTimersByTimeAsync(3_000))
      expect(screen.getByText('Nothing arrived')).toBeTruthy()
      expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Test again' }).disabled).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it('are only the connection in local mode', async () => {
    await renderApp('/settings', {
      config: localConfig,
      user: null,
      api: {
        'GET /api/ui/onboarding': { first_event_at: null, first_flow_run_at: null },
        'GET /api/ui/warnings': [],
      },
    })
    await screen.findByRole('heading', { name: 'Connect' })
    expect(shown('config')).toContain('prefect config set PREFECT_API_URL="http://localhost:3000/api"')
    expect(screen.queryByRole('heading', { name: /Delete/ })).toBeNull()
    expect(screen.queryByRole('button', { name: /key/ })).toBeNull()
  })
})

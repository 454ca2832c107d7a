import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { WorkspaceOverview } from '../../lib/identity.ts'
import { ACCOUNT, type Call, renderApp, Status, WORKSPACE, workspaceRow } from '../../testing/app.tsx'

const overview = (name: string, part: Partial<WorkspaceOverview> = {}): WorkspaceOverview => ({
  ...workspaceRow,
  workspace_id: name,
  workspace_name: name,
  role: 'Owner',
  counts: { flows: 2, deployments: 1, flow_runs: 1309 },
  today: { failed: 0, crashed: 0, late: 0, running: 0 },
  history: [{ date: '2026-11-24', good: 12, bad: 1 }],
  ...part,
})
const names = () =>
  screen
    .getAllByRole('article')
    .map((card) => within(card).getByRole('link', { name: /^(?!Edit|Connect)/ }).textContent)

describe('the workspaces page', () => {
  it('counts those with trouble in its heading and in the title of the window', async () => {
    await renderApp('/workspaces', {
      api: {
        'GET /api/me/workspaces/overview': [
          overview('a', { today: { failed: 7, crashed: 0, late: 3, running: 0 } }),
          overview('b'),
        ],
      },
    })
    expect(
      await screen.findByRole('heading', { level: 1, name: '2 workspaces, 1 with trouble today' }),
    ).toBeTruthy()
    await waitFor(() => expect(document.title).toBe('2 workspaces, 1 with trouble today · Orrery'))
    const [first, second] = screen.getAllByRole('article') as [HTMLElement, HTMLElement]
    expect(first.textContent).toContain('7 failed')
    expect(first.textContent).toContain('3 late')
    expect(second.textContent).toContain('All well today')
    expect(within(second).getByRole('img').getAttribute('aria-label')).toBe(
      'Last 1 days: 12 runs ended well, 1 did not',
    )
  })

  it('keeps the stars of this person in this browser, and shows the starred ones first', async () => {
    const api = { 'GET /api/me/workspaces/overview': [overview('a'), overview('b')] }
    await renderApp('/workspaces', { api })
    await screen.findByRole('heading', { level: 1, name: '2 workspaces, all well today' })
    expect(names()).toEqual(['a', 'b'])
    fireEvent.click(screen.getByRole('button', { name: 'Star b' }))
    expect(names()).toEqual(['b', 'a'])
    expect(screen.getByRole('button', { name: 'Star b' }).getAttribute('aria-pressed')).toBe('true')
  })

  it('prompts a newcomer to create a workspace', async () => {
    await renderApp('/', { api: { 'GET /api/me/workspaces': [], 'GET /api/me/workspaces/overview': [] } })
    expect(await screen.findByRole('heading', { level: 1, name: 'Create your first workspace' })).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Create workspace' })).toBeTruthy()
  })
})

describe('the form for a workspace', () => {
  it('shows the handle it will get, creates it, and opens its home', async () => {
    let rows = [] as unknown[]
    const { calls, address } = await renderApp('/workspaces/new', {
      api: {
        'GET /api/me/accounts': [
          { account_id: ACCOUNT, account_name: 'Northwind', account_handle: 'northwind' },
        ],
        'GET /api/me/workspaces': () => rows,
        [`POST /api/accounts/${ACCOUNT}/workspaces/`]: ({ body }: Call) => {
          rows = [workspaceRow]
          return new Status(201, { id: WORKSPACE, account_id: ACCOUNT, ...(body as object) })
        },
      },
    })
    fireEvent.change(await screen.findByLabelText('Name'), { target: { value: 'Month End' } })
    expect(await screen.findByText('northwind/month-end')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Create' }))
    await waitFor(() => expect(address()).toBe(`/account/${ACCOUNT}/workspace/${WORKSPACE}/dashboard`))
    expect(calls.find((call) => call.method === 'POST' && call.path.endsWith('/workspaces/'))?.body).toEqual({
      name: 'Month End',
    })
  })

  it('says beside the name that it is taken', async () => {
    await renderApp('/workspaces/new', {
      api: {
        'GET /api/me/accounts': [
          { account_id: ACCOUNT, account_name: 'Northwind', account_handle: 'northwind' },
        ],
        [`POST /api/accounts/${ACCOUNT}/workspaces/`]: new Status(409, {
          detail: 'The handle "etl" is taken.',
        }),
      },
    })
    fireEvent.change(await screen.findByLabelText('Name'), { target: { value: 'etl' } })
    fireEvent.click(screen.getByRole('button', { name: 'Create' }))
    expect(await screen.findByText('The handle "etl" is taken.')).toBeTruthy()
  })
})

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ACCOUNT, type Call, renderApp, Status, WORKSPACE, workspaceRow } from '../../testing/app.tsx'
import { matches } from './palette.tsx'

const W = `/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}`
const SETTINGS = `/account/${ACCOUNT}/workspace/${WORKSPACE}/settings`
const RUN = '0193a000-0000-7000-8000-0000000000ff'
const api = {
  [`GET ${W}/ui/onboarding`]: { first_event_at: '2026-11-01T00:00:00Z', first_flow_run_at: null },
  [`GET ${W}/ui/warnings`]: [],
}

beforeAll(() => {
  // jsdom has neither; cmdk scrolls to the chosen row and watches the size of its list.
  Element.prototype.scrollIntoView = () => {}
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
})

describe('the frame of a workspace', () => {
  it('says where one is, and the mark returns to the list of workspaces', async () => {
    await renderApp(SETTINGS, { api })
    const crumbs = await screen.findByRole('navigation', { name: 'Breadcrumb' })
    await waitFor(() => expect(crumbs.textContent).toBe('Northwind/production/Settings'))
    expect(screen.getByRole('link', { name: 'Orrery: your workspaces' }).getAttribute('href')).toBe(
      '/workspaces',
    )
    expect(document.title).toBe('Settings · Orrery')
  })

  it('opens the palette by its shortcut, which finds a run by a pasted id', async () => {
    const { address } = await renderApp(SETTINGS, { api })
    await screen.findByRole('heading', { name: 'Workspace settings' })
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true })
    const field = await screen.findByPlaceholderText(/Go to a page/)
    fireEvent.change(field, { target: { value: `see ${RUN}` } })
    fireEvent.click(await screen.findByText('Open flow run'))
    await waitFor(() =>
      expect(address()).toBe(`/account/${ACCOUNT}/workspace/${WORKSPACE}/runs/flow-run/${RUN}`),
    )
  })

  it('the palette finds runs and flows by their names, once the typing pauses', async () => {
    const asked: unknown[] = []
    const { address } = await renderApp(SETTINGS, {
      api: {
        ...api,
        [`POST ${W}/flow_runs/filter`]: ({ body }: Call) => {
          asked.push(body)
          if (!JSON.stringify(body).includes('like_')) return []
          return [{ id: RUN, name: 'peach-marmot', state_name: 'Failed' }]
        },
        [`POST ${W}/flows/filter`]: [],
      },
    })
    await screen.findByRole('heading', { name: 'Workspace settings' })
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true })
    const field = await screen.findByPlaceholderText(/find a run/)
    for (const value of ['p', 'pe', 'peach']) fireEvent.change(field, { target: { value } })
    fireEvent.click(await screen.findByText('peach-marmot'))
    expect(asked).toEqual([
      { flow_runs: { start_time: { is_null_: false } }, sort: 'START_TIME_DESC', limit: 5 },
      { flow_runs: { name: { like_: 'peach' } }, sort: 'EXPECTED_START_TIME_DESC', limit: 6 },
    ])
    await waitFor(() =>
      expect(address()).toBe(`/account/${ACCOUNT}/workspace/${WORKSPACE}/runs/flow-run/${RUN}`),
    )
  })

  it('the palette of Ctrl+Shift+K holds the other workspaces and nothing else', async () => {
    const other = { ...workspaceRow, workspace_id: RUN, workspace_name: 'ml-research' }
    await renderApp(SETTINGS, {
      api: { ...api, 'GET /api/me/workspaces': [workspaceRow, other] },
    })
    await screen.findByRole('heading', { name: 'Workspace settings' })
    fireEvent.keyDown(document.body, { key: 'K', ctrlKey: true, shiftKey: true })
    await screen.findByPlaceholderText('Switch to a workspace')
    const options = await screen.findAllByRole('option')
    expect(options.map((each) => each.textContent)).toEqual(['ml-researchNorthwind'])
  })

  it('asks to sign in again when the session has ended, and remembers the page', async () => {
    let ended = false
    const { queryClient, address } = await renderApp('/my/sessions', {
      api: {
        'GET /api/me/sessions': () =>
          ended ? new Status(401, { detail: 'Invalid authentication credentials' }) : [],
      },
    })
    await screen.findByRole('heading', { name: 'Sessions' })
    ended = true
    await queryClient.refetchQueries({ queryKey: ['me', 'sessions'] })
    await waitFor(() => expect(address()).toBe('/sign-in?redirect=%2Fmy%2Fsessions'))
  })

  it('keeps the shared time range from page to page', async () => {
    await renderApp(`/account/${ACCOUNT}/workspace/${WORKSPACE}/settings?range=7d`, { api })
    const link = (await screen.findByRole('link', { name: 'Runs' })) as HTMLAnchorElement
    expect(link.getAttribute('href')).toBe(`/account/${ACCOUNT}/workspace/${WORKSPACE}/runs?range=7d`)
  })
})

describe('a page that throws', () => {
  it('leaves the frame, says what happened, and offers another try', async () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => {})
    await renderApp('/my/sessions', {
      api: {
        'GET /api/me/sessions': { not: 'a list' },
      },
    })
    expect(await screen.findByText('This page could not be shown', { selector: 'p' })).toBeTruthy()
    expect(screen.getByRole('navigation', { name: 'Main' })).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy()
    silent.mockRestore()
  })
})

describe('what the palette finds', () => {
  it('holds every word that was typed; the start of the name counts more', () => {
    expect(matches('API keys', 'key')).toBe(0.5)
    expect(matches('API keys', 'api ke')).toBe(1)
    expect(matches('Workspaces', 'ke')).toBe(0)
    expect(matches(workspaceRow.workspace_name, 'production x')).toBe(0)
  })
})

describe('what the role lacks', () => {
  const full = {
    id: WORKSPACE,
    created: '2026-11-01T00:00:00Z',
    updated: '2026-11-01T00:00:00Z',
    account_id: ACCOUNT,
    name: 'production',
    handle: 'production',
    description: '',
  }

  it('stays visible, cannot be pressed, and names the role that it needs', async () => {
    const { calls } = await renderApp(SETTINGS, {
      api: { ...api, 'GET /api/me/workspaces': [{ ...workspaceRow, role: 'Developer' }], [`GET ${W}`]: full },
    })
    const button = await screen.findByRole('button', { name: 'Delete production…' })
    await waitFor(() => expect(button.getAttribute('aria-disabled')).toBe('true'))
    expect(button.title).toBe('This needs the role Owner; you are a Developer.')
    fireEvent.click(button)
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(screen.getByRole('button', { name: 'Save' }).title).toBe(button.title)
    expect(calls.some((call) => call.method !== 'GET' && call.method !== 'POST')).toBe(false)
  })

  it('an owner may press it', async () => {
    await renderApp(SETTINGS, {
      api: { ...api, 'GET /api/me/workspaces': [{ ...workspaceRow, role: 'Owner' }], [`GET ${W}`]: full },
    })
    fireEvent.click(await screen.findByRole('button', { name: 'Delete production…' }))
    expect(await screen.findByRole('dialog')).toBeTruthy()
  })

  it.each([
    ['flows', 'see_flows'],
    ['runs', 'see_flows'],
    ['artifacts', 'see_artifacts'],
    ['dashboard', 'see_flows'],
  ])('the page of %s says which scope it is, and whom to ask', async (page, scope) => {
    const refusal = new Status(403, { detail: `The role lacks ${scope}` }, { 'x-request-id': 'req-1' })
    const address = `/account/${ACCOUNT}/workspace/${WORKSPACE}/${page}`
    // What the page asks for; then all of it is refused.
    const { calls } = await renderApp(address, { api })
    await screen.findAllByRole('button', { name: 'Try again' }, { timeout: 4_000 })
    cleanup()
    const asked = calls
      .filter(({ path }) => path.startsWith(W))
      .map(({ method, path }) => `${method} ${path}`)
    await renderApp(address, { api: { ...Object.fromEntries(asked.map((key) => [key, refusal])), ...api } })
    expect(
      (await screen.findAllByText(new RegExp(`Ask an owner of the workspace for a role with ${scope}`)))
        .length,
    ).toBeGreaterThan(0)
  })
})

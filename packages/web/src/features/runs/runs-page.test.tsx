import { fireEvent, screen, waitFor } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ACCOUNT, type Call, renderApp, Status, WORKSPACE } from '../../testing/app.tsx'

const W = `/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}`
const PAGE = `/account/${ACCOUNT}/workspace/${WORKSPACE}/runs`
const NOW = new Date().toISOString()

const run = (n: number, more: object = {}) => ({
  id: `0193b000-0000-7000-8000-00000000000${n}`,
  name: `run-${n}`,
  tags: [],
  state: { id: 's', type: 'FAILED', name: 'Failed', timestamp: NOW, message: null },
  state_type: 'FAILED',
  state_name: 'Failed',
  run_count: 1,
  created: NOW,
  expected_start_time: NOW,
  start_time: NOW,
  end_time: NOW,
  total_run_time: 1,
  estimated_run_time: 1,
  flow_id: '0193b000-0000-7000-8000-0000000000f1',
  deployment_id: null,
  parameters: {},
  ...more,
})
const page = (rows: object[]) => ({ results: rows, count: rows.length, limit: 100, pages: 1, page: 1 })
const api = {
  [`POST ${W}/flow_runs/paginate`]: page([
    run(1, { deployment_id: '0193b000-0000-7000-8000-0000000000d1' }),
    run(2),
  ]),
  [`POST ${W}/flow_runs/history`]: [],
  [`POST ${W}/ui/flow_runs/history`]: [],
  [`POST ${W}/ui/flow_runs/count-task-runs`]: {},
  [`POST ${W}/ui/runs/counts`]: [0],
  [`POST ${W}/flows/filter`]: [],
  [`POST ${W}/deployments/filter`]: [{ id: 'd', name: 'nightly-prod', flow_id: 'f' }],
  [`POST ${W}/saved_searches/filter`]: [],
  [`GET ${W}/ui/warnings`]: [],
}
const view = (more: object) => ({
  id: '0193b000-0000-7000-8000-0000000000e1',
  filters: [{ object: 'flow_run', property: 'state', type: 'string', operation: 'equals', value: 'late' }],
  shared: true,
  pinned: true,
  own: false,
  owner: { id: 'j', name: 'Jonas' },
  ...more,
})

describe('the page of runs', () => {
  // The page's parts are loaded on demand, which takes its time on a busy machine.
  vi.setConfig({ testTimeout: 20_000 })
  beforeEach(() => {
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }))
  })

  it('retries a run of a deployment by AwaitingRetry, and says why another is left out', async () => {
    const { calls } = await renderApp(PAGE, {
      api: {
        ...api,
        [`POST ${W}/flow_runs/${run(1).id}/set_state`]: {
          status: 'ACCEPT',
          details: {},
          state: { type: 'SCHEDULED', name: 'AwaitingRetry' },
        },
      },
    })
    fireEvent.click(await screen.findByRole('checkbox', { name: 'Select run-1' }, { timeout: 10_000 }))
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select run-2' }))
    const retry = await screen.findByRole('button', { name: 'Retry 1' }, { timeout: 5_000 })
    expect(retry.title).toBe(
      '1 of them not: It was started by a script, not by a deployment: run the script again.',
    )
    fireEvent.click(retry)
    fireEvent.click(await screen.findByRole('button', { name: 'Retry run-1' }))
    await waitFor(() => expect(calls.some((call) => call.path.endsWith('/set_state'))).toBe(true))
    const sent = calls.filter((call) => call.path.endsWith('/set_state'))
    expect(sent.map((call) => call.body)).toMatchObject([
      { state: { type: 'SCHEDULED', name: 'AwaitingRetry' }, force: false },
    ])
  })

  it('completes the names of deployments', async () => {
    await renderApp(PAGE, { api })
    const box = await screen.findByRole('combobox', { name: 'Filter runs' }, { timeout: 10_000 })
    fireEvent.focus(box)
    fireEvent.change(box, { target: { value: 'd:night' } })
    expect((await screen.findByRole('option', { name: /nightly-prod/ })).textContent).toContain(
      'd:"nightly-prod"',
    )
  })

  it('counts all pinned views in one request, and shows another person’s shared view with its owner', async () => {
    const { calls } = await renderApp(PAGE, {
      api: {
        ...api,
        [`POST ${W}/saved_searches/filter`]: [
          view({ name: 'Late ones' }),
          view({ id: 'e2', name: 'All', filters: [] }),
        ],
        [`POST ${W}/ui/runs/counts`]: ({ body }: Call) =>
          (body as { counts: unknown[] }).counts.map((_, at) => (at === 0 ? 3 : 10_001)),
      },
    })
    const link = await screen.findByRole('link', { name: /Late ones/ }, { timeout: 10_000 })
    await waitFor(() => expect(link.textContent).toBe('Late ones3'))
    expect((await screen.findByRole('link', { name: /^All/ })).textContent).toBe('All10,000+')
    expect(link.getAttribute('href')).toContain('state=late')
    const pinned = calls.filter(
      (call) =>
        call.path.endsWith('/ui/runs/counts') && (call.body as { counts: unknown[] }).counts.length === 2,
    )
    expect(pinned).toHaveLength(1)
  })

  it('a role that may not save views keeps those of its browser', async () => {
    const key = `orrery.views.${WORKSPACE}`
    localStorage.setItem(key, JSON.stringify([{ name: 'Mine', search: { state: 'late' } }]))
    const { calls } = await renderApp(PAGE, {
      api: {
        ...api,
        [`PUT ${W}/saved_searches/`]: new Status(403, { detail: 'The role lacks manage_saved_search' }),
      },
    })
    await waitFor(() => expect(calls.some((call) => call.method === 'PUT')).toBe(true), { timeout: 10_000 })
    expect(localStorage.getItem(key)).toContain('Mine')
  })
})

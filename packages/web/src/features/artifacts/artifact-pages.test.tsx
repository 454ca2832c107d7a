import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { ACCOUNT, renderApp, Status, WORKSPACE } from '../../testing/app.tsx'

const BASE = `/account/${ACCOUNT}/workspace/${WORKSPACE}`
const API = `/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}`
const ID = '0193a000-0000-7000-8000-00000000000c'

const artifact = {
  id: ID,
  created: '2026-11-24T10:00:00.000000Z',
  updated: '2026-11-24T10:00:00.000000Z',
  key: 'report',
  type: 'progress',
  description: null,
  data: 40,
  metadata_: null,
  flow_run_id: '0193a000-0000-7000-8000-00000000000d',
  task_run_id: null,
}
const latest = { ...artifact, id: '0193a000-0000-7000-8000-00000000000e', latest_id: ID }

it('who may not see artifacts is told which scope the role lacks', async () => {
  const refusal = new Status(403, { detail: 'The role lacks see_artifacts' })
  await renderApp(`${BASE}/artifacts`, {
    api: {
      [`POST ${API}/artifacts/latest/filter`]: refusal,
      [`POST ${API}/artifacts/latest/count`]: refusal,
    },
  })
  expect((await screen.findByText(/see_artifacts/)).textContent).toContain('Ask an owner of the workspace')
})

it('an error names its request and offers another try', async () => {
  await renderApp(`${BASE}/artifacts/artifact/${ID}`, {
    api: {
      [`GET ${API}/artifacts/${ID}`]: new Status(400, { detail: 'Out of ink' }, { 'x-request-id': 'req-7' }),
    },
  })
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toContain('Out of ink')
  expect(alert.textContent).toContain('req-7')
  expect(screen.getByRole('button', { name: 'Try again' })).toBeDefined()
})

it('the run of an artifact that was deleted is said to be, and is no link', async () => {
  await renderApp(`${BASE}/artifacts`, {
    api: {
      [`POST ${API}/artifacts/latest/filter`]: [latest],
      [`POST ${API}/artifacts/latest/count`]: 1,
      [`POST ${API}/flow_runs/filter`]: [],
    },
  })
  expect((await screen.findByText('a deleted run')).closest('a')).toBe(null)
  expect(screen.getByRole('progressbar', { name: 'report' }).getAttribute('aria-valuenow')).toBe('40')
})

it('the page of a version says whether there is a later one', async () => {
  const api = {
    [`GET ${API}/artifacts/${ID}`]: artifact,
    [`POST ${API}/flow_runs/filter`]: [{ id: artifact.flow_run_id, name: 'amber-tapir' }],
  }
  await renderApp(`${BASE}/artifacts/artifact/${ID}`, {
    api: { ...api, [`GET ${API}/artifacts/report/latest`]: { ...latest, latest_id: latest.id } },
  })
  const link = await screen.findByRole('link', { name: 'There is a later version' })
  expect(link.getAttribute('href')).toBe(`${BASE}/artifacts/key/report`)
  expect(await screen.findByRole('link', { name: 'amber-tapir' })).toBeDefined()
})

import { cleanup, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, localConfig, renderApp, WORKSPACE } from '../testing/app.tsx'

const RUN = '0193a000-0000-7000-8000-0000000000ff'
const HERE = `/account/${ACCOUNT}/workspace/${WORKSPACE}`

describe('without a session', () => {
  it('a page asks to sign in, and remembers where to come back to', async () => {
    const { address } = await renderApp(`${HERE}/settings?range=7d`, { user: null })
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeTruthy()
    const url = new URL(address(), 'http://x')
    expect(url.pathname).toBe('/sign-in')
    expect(url.searchParams.get('redirect')).toBe(`${HERE}/settings?range=7d`)
  })
  it('a server without an owner asks to be set up', async () => {
    const { address } = await renderApp('/', {
      user: null,
      config: { ...localConfig, mode: 'cloud', signup: 'first_user' },
    })
    expect(await screen.findByRole('heading', { name: 'Set up Orrery' })).toBeTruthy()
    expect(address()).toBe('/sign-up')
  })
})

describe('links as the Prefect client prints them', () => {
  it.each([
    [`${HERE}/runs/flow-run/${RUN}`, `${HERE}/runs/flow-run/${RUN}`],
    [`${HERE}/runs/task-run/${RUN}`, `${HERE}/runs/task-run/${RUN}`],
    [`${HERE}/flow-runs/flow-run/${RUN}`, `${HERE}/runs/flow-run/${RUN}`],
    [`/runs/flow-run/${RUN}`, `${HERE}/runs/flow-run/${RUN}`],
    [`/runs/task-run/${RUN}`, `${HERE}/runs/task-run/${RUN}`],
    [`/flow-runs/flow-run/${RUN}`, `${HERE}/runs/flow-run/${RUN}`],
    [`/runs/flow-run/${RUN}?tab=logs`, `${HERE}/runs/flow-run/${RUN}?tab=logs`],
    ['/', `${HERE}/dashboard`],
    [HERE, `${HERE}/dashboard`],
  ])('%s opens %s', async (from, to) => {
    const { address } = await renderApp(from)
    expect(address()).toBe(to)
  })
})

// The formats of `prefect/utilities/urls.py` in 3.9.1 for what has no page here yet.
describe('links to what is not here yet', () => {
  it.each([
    [`blocks/block/${RUN}`, 'Blocks are not here yet'],
    ['work-pools/work-pool/k8s', 'Work pools are not here yet'],
    [`work-pools/work-pool/k8s/worker/${RUN}`, 'Work pools are not here yet'],
    [`work-queues/work-queue/${RUN}`, 'Work queues are not here yet'],
    [`concurrency-limits/concurrency-limit/${RUN}`, 'Concurrency limits are not here yet'],
    [`deployments/deployment/${RUN}`, 'Deployments are not here yet'],
    ['deployments', 'Deployments are not here yet'],
    [`automations/automation/${RUN}`, 'Automations are not here yet'],
    [`events/event/2026-11-24/${RUN}`, 'Events have no page yet'],
    ['variables', 'Variables have no page yet'],
  ])('%s says so in the frame of the workspace, with and without its prefix', async (page, title) => {
    const first = await renderApp(`${HERE}/${page}`)
    expect(await screen.findByRole('heading', { level: 1, name: title })).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Show the runs' }).getAttribute('href')).toBe(`${HERE}/runs`)
    expect(first.address()).toBe(`${HERE}/${page}`)
    cleanup()
    const { address } = await renderApp(`/${page}`)
    expect(address()).toBe(`${HERE}/${page}`)
  })
  it.each(['', '/secret/create'])('the catalog of blocks is where a cloud has it, too: %s', async (rest) => {
    const { address } = await renderApp(`${HERE}/settings/blocks/catalog${rest}`)
    expect(await screen.findByRole('heading', { level: 1, name: 'Blocks are not here yet' })).toBeTruthy()
    expect(address()).toBe(`${HERE}/blocks/catalog${rest}`)
  })
  it('an address below a workspace that no client prints is no page', async () => {
    await renderApp(`${HERE}/no-such-page`)
    expect(await screen.findByRole('heading', { name: 'No page has this address' })).toBeTruthy()
  })
})

describe('local mode', () => {
  it.each([
    ['/', '/dashboard'],
    ['/runs', '/runs'],
    [`/runs/flow-run/${RUN}?tab=logs`, `/runs/flow-run/${RUN}?tab=logs`],
    [`/flow-runs/flow-run/${RUN}`, `/runs/flow-run/${RUN}`],
    [`${HERE}/runs/flow-run/${RUN}`, `/runs/flow-run/${RUN}`],
    [`/deployments/deployment/${RUN}`, `/deployments/deployment/${RUN}`],
    ['/sign-in', '/dashboard'],
    ['/my/profile', '/dashboard'],
    ['/workspaces', '/dashboard'],
  ])('%s is shown as %s, without sign-in and without prefix', async (from, to) => {
    const { address, router } = await renderApp(from, { config: localConfig, user: null })
    expect(router.latestLocation.publicHref).toBe(to)
    expect(address()).toBe(to)
    expect(router.state.matches.some((match) => match.id.includes('workspace'))).toBe(true)
  })
})

describe('an address that leads nowhere', () => {
  it('says so', async () => {
    await renderApp('/no/such/page')
    expect(await screen.findByRole('heading', { name: 'No page has this address' })).toBeTruthy()
  })
  it('says of a foreign workspace only that it cannot be seen', async () => {
    await renderApp(`/account/${ACCOUNT}/workspace/${RUN}/settings`)
    expect(await screen.findByText('You can’t see this workspace')).toBeTruthy()
  })
})

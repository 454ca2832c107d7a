import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { type Call, me, renderApp, Status } from '../../testing/app.tsx'
import { sortKeys } from './api-keys-page.tsx'
import { expirationOf } from './create-dialog.tsx'
import type { ApiKey } from './keys.ts'

const KEYS = `/api/users/${me.id}/api_keys`
const stored: ApiKey = {
  id: 'k1',
  created: '2026-09-12T08:00:00.000000Z',
  name: 'laptop',
  expiration: null,
  masked_key: 'pnu_...a1b2',
  last_used: null,
}

const button = (name: string | RegExp) => screen.getByRole('button', { name }) as HTMLButtonElement

describe('the API keys page', () => {
  it('shows keys masked, with when they were used and end', async () => {
    await renderApp('/my/api-keys', { api: { [`GET ${KEYS}`]: [stored] } })
    const row = (await screen.findByText('pnu_...a1b2')).closest('tr') as HTMLElement
    expect(within(row).getAllByText('never').length).toBe(2)
    expect(within(row).getByText('12 Sep 2026')).toBeTruthy()
  })

  it('shows a new key once, and lets go only after the tick', async () => {
    const { calls } = await renderApp('/my/api-keys', {
      api: {
        [`GET ${KEYS}`]: [stored],
        [`POST ${KEYS}`]: ({ body }: Call) =>
          new Status(201, {
            id: 'k2',
            created: stored.created,
            name: (body as { name: string }).name,
            expiration: null,
            key: 'pnu_secret',
          }),
      },
    })
    fireEvent.click(await screen.findByRole('button', { name: 'Create key' }))
    fireEvent.change(await screen.findByLabelText('Name'), { target: { value: ' ci ' } })
    fireEvent.change(screen.getByLabelText('Expires'), { target: { value: 'never' } })
    fireEvent.click(button('Confirm'))
    expect(await screen.findByText('Copy the key “ci”')).toBeTruthy()
    expect(calls.find((call) => call.method === 'POST')?.body).toEqual({ name: 'ci', expiration: null })
    expect(screen.getByTestId('new-key').textContent).toBe('pnu_secret')
    expect(button('Done').disabled).toBe(true)
    fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' })
    expect(screen.getByTestId('new-key')).toBeTruthy()
    fireEvent.click(screen.getByLabelText('I have copied the key to a safe place'))
    fireEvent.click(button('Done'))
    await waitFor(() => expect(screen.queryByTestId('new-key')).toBeNull())
    expect(document.body.textContent).not.toContain('pnu_secret')
  })

  it('rotates a key: the new one has its name, and the old one goes when the new one was copied', async () => {
    const { calls } = await renderApp('/my/api-keys', {
      api: {
        [`GET ${KEYS}`]: [stored],
        [`POST ${KEYS}`]: ({ body }: Call) =>
          new Status(201, { id: 'k2', created: stored.created, key: 'pnu_next', ...(body as object) }),
        [`DELETE ${KEYS}/k1`]: undefined,
      },
    })
    fireEvent.click(await screen.findByRole('button', { name: 'Rotate laptop' }))
    expect((await screen.findByLabelText<HTMLInputElement>('Name')).readOnly).toBe(true)
    fireEvent.click(button('Create the new key'))
    expect((await screen.findByTestId('new-key')).textContent).toBe('pnu_next')
    expect(calls.find((call) => call.method === 'POST')?.body).toEqual({ name: 'laptop', expiration: null })
    expect(calls.some((call) => call.method === 'DELETE')).toBe(false)
    fireEvent.click(screen.getByLabelText('I have copied the key to a safe place'))
    fireEvent.click(button('Done, delete the old key'))
    await waitFor(() => expect(screen.queryByTestId('new-key')).toBeNull())
    expect(calls.filter((call) => call.method === 'DELETE').map((call) => call.path)).toEqual([`${KEYS}/k1`])
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('asks before it deletes', async () => {
    const { calls } = await renderApp('/my/api-keys', {
      api: { [`GET ${KEYS}`]: [stored], [`DELETE ${KEYS}/k1`]: undefined },
    })
    fireEvent.click(await screen.findByRole('button', { name: 'Delete laptop' }))
    expect(calls.some((call) => call.method === 'DELETE')).toBe(false)
    fireEvent.click(button('Delete key'))
    await waitFor(() =>
      expect(calls.some((call) => call.method === 'DELETE' && call.path === `${KEYS}/k1`)).toBe(true),
    )
  })

  it('says why it could not load, under which request, and tries again', async () => {
    let fails = true
    await renderApp('/my/api-keys', {
      api: {
        [`GET ${KEYS}`]: () =>
          fails
            ? new Status(409, { detail: 'Another change is under way.' }, { 'x-request-id': 'req-77b2' })
            : [stored],
      },
    })
    expect(await screen.findByText('The API keys could not be loaded')).toBeTruthy()
    expect(screen.getByText(/req-77b2/)).toBeTruthy()
    fails = false
    fireEvent.click(button('Try again'))
    expect(await screen.findByText('laptop')).toBeTruthy()
  })
})

describe('the end of a key', () => {
  const now = Date.parse('2026-11-24T09:00:00Z')
  it('is counted in days, set to the end of a day, or never', () => {
    expect(expirationOf('30', '', now)).toBe('2026-12-24T09:00:00.000Z')
    expect(expirationOf('never', '2027-01-01', now)).toBeNull()
    expect(expirationOf('date', '2027-01-01', now)).toBe(new Date('2027-01-01T23:59:59').toISOString())
  })
})

describe('the order of keys', () => {
  const keys = [
    { ...stored, id: '1', name: 'b', expiration: null, last_used: null },
    { ...stored, id: '2', name: 'A', expiration: '2027-01-01T00:00:00Z', last_used: '2026-11-01T00:00:00Z' },
  ]
  const ids = (by: 'name' | 'expiration' | 'last_used', down: boolean) =>
    sortKeys(keys, { by, down }).map((key) => key.id)
  it('ignores case; never expiring is last, never used is least', () => {
    expect(ids('name', false)).toEqual(['2', '1'])
    expect(ids('expiration', false)).toEqual(['2', '1'])
    expect(ids('last_used', true)).toEqual(['2', '1'])
  })
})

import { compileEventFilter } from '@orrery/core'
import { type EventFilter, type Labels, type NewEvent, newId, systemNow, toIso } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { beforeAll, expect, it } from 'vitest'
import type { Db } from '../../db/db.ts'
import { makeWorkspaceScope } from '../../scope.ts'
import { countEventsBy } from './count-events.ts'
import { LiveEvent, storedEvent } from './event-row.ts'
import { countEvents, listEvents } from './events.queries.ts'
import { appendEvents } from './events.service.ts'

const scopeOf = (workspaceId: string) =>
  makeWorkspaceScope({
    accountId: newId(),
    workspaceId,
    actor: { type: 'system', id: newId(), name: 'test' },
    permissions: new Set(['*']),
  })
const pick = <T>(items: readonly T[], index: number): T => items[index % items.length]!

const NAMES = ['prefect.flow-run.Completed', 'prefect.flow-run.Failed', 'prefect.flow.created', 'other_thing']
const VALUES = ['prod', 'Prod', 'pro', 'staging [1]', 'a"quote', '100%']

function makeEvents(count: number, start: number): NewEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const related: Labels[] = []
    for (let other = 0; other < index % 4; other++)
      related.push({
        'prefect.resource.id': pick(
          ['prefect.flow.1', 'prefect.flow.2', 'prefect.tag.x', 'prefect.run.7'],
          index + other,
        ),
        'prefect.resource.role': pick(['flow', 'tag', 'parent'], index + other * 2),
        ...(other === 1 ? { env: pick(VALUES, index) } : {}),
      })
    return {
      id: newId(),
      occurred: start + index * 1_000_000,
      event: pick(NAMES, index),
      resource: {
        'prefect.resource.id': `prefect.run.${index % 9}`,
        ...(index % 3 ? { env: pick(VALUES, index * 5) } : {}),
      },
      related,
      payload: { note: pick(['Disk FULL', 'all well', 'say "hi"', 'über_alles'], index) },
      follows: null,
    }
  })
}

const filters = (start: number): EventFilter[] => [
  {},
  { occurred: { since: toIso(start + 5_000_000), until: toIso(start + 30_000_000) } },
  { event: { prefix: ['prefect.flow-run.', 'other'] } },
  { event: { exclude_prefix: ['prefect.flow.'], exclude_name: ['other_thing'] } },
  { event: { name: ['prefect.flow.created'] } },
  { event: { prefix: ['prefect.flow_run'] } },
  { resource: { id: ['prefect.run.1', 'prefect.run.2'] } },
  { resource: { id_prefix: ['prefect.run.1', 'nothing'] } },
  ...['prod', 'p*', '!prod', '!p*', '*[[]1]', '[pP]rod', '[!p]rod', '*"*', '100%', '*'].map(
    (env): EventFilter => ({ resource: { labels: { env } } }),
  ),
  { resource: { labels: { env: [] } } },
  { resource: { labels: { env: ['!prod', 'prod'], 'prefect.resource.id': 'prefect.run.?' } } },
  { resource: { labels: { absent: '!x' } } },
  { related: { id: ['prefect.flow.1'] } },
  { related: { id: ['prefect.flow.1'], role: ['parent'] } },
  { related: { id: ['prefect.tag.x'] } },
  { related: { role: ['tag'] } },
  {
    related: {
      resources_in_roles: [
        ['prefect.flow.2', 'flow'],
        ['prefect.tag.x', 'tag'],
      ],
    },
  },
  { related: { labels: { env: 'p*', 'prefect.resource.role': 'tag' } } },
  { related: [{ id: ['prefect.flow.1'] }, { labels: { env: '!prod' } }] },
  { any_resource: { id: ['prefect.run.7'] } },
  { any_resource: { id_prefix: ['prefect.flow.'] } },
  { any_resource: [{ labels: { env: 'prod' } }, { id: ['prefect.flow.2'] }] },
  { text: { query: 'disk' } },
  { text: { query: 'disk well -flow.created' } },
  { text: { query: '"say \\"hi\\"" +completed' } },
  { text: { query: 'über_alles' } },
  { text: { query: 'ber%alles' } },
]

eachDatabase((database) => {
  let db: Db
  const workspaceId = newId()
  const scope = scopeOf(workspaceId)
  const start = systemNow() - 3_600_000_000
  const events = makeEvents(80, start)
  const range = { since: start, until: start + 3_600_000_000 }

  beforeAll(async () => {
    db = await database.open()
    await db.write((trx) => appendEvents(trx, scope, events))
    await db.write((trx) => appendEvents(trx, scopeOf(newId()), makeEvents(20, start)))
  }, 60_000)

  it.each(filters(start).map((filter) => [JSON.stringify(filter), filter] as const))(
    'in SQL and in memory %s is the same',
    async (_text, filter) => {
      const matches = compileEventFilter(filter)
      const expected = events
        .filter((event) => matches(new LiveEvent(storedEvent(workspaceId, event, start).row)))
        .map((event) => event.id)
      const bounds = filter.occurred ? { since: start + 5_000_000, until: start + 30_000_000 } : range
      const query = { filter: { ...filter, order: 'ASC' as const }, range: bounds }
      const rows = await listEvents(db, scope, { ...query, limit: 200 })
      expect(rows.map((row) => row.id)).toEqual(expected)
      expect(await countEvents(db, scope, query)).toBe(expected.length)
    },
  )

  it('ignores an id that the workspace has already, and lists events in both orders', async () => {
    await db.write((trx) => appendEvents(trx, scope, events.slice(0, 10)))
    const rows = await listEvents(db, scope, { filter: {}, range, limit: 200 })
    expect(rows.map((row) => row.id)).toEqual(events.map((event) => event.id).reverse())
  })

  it('takes back the events of a transaction that fails', async () => {
    const event = makeEvents(1, start)[0]!
    const failing = db.write(async (trx) => {
      await appendEvents(trx, scope, [event])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await countEvents(db, scope, { filter: { id: { id: [event.id] } }, range })).toBe(0)
  })

  it('gives the newest event of each resource where they shall be distinct', async () => {
    const filter: EventFilter = { resource: { id_prefix: ['prefect.run.'], distinct: true } }
    const rows = await listEvents(db, scope, { filter, range, limit: 200 })
    expect(rows.map((row) => row.id)).toEqual(
      events
        .slice(-9)
        .map((event) => event.id)
        .reverse(),
    )
    expect(await countEvents(db, scope, { filter, range })).toBe(9)
  })

  const count = (
    countable: 'day' | 'time' | 'event' | 'resource',
    unit: 'second' | 'minute' | 'day',
    interval = 1,
  ) =>
    countEventsBy(db, scope, {
      filter: { occurred: { since: toIso(start), until: toIso(start + 120_000_000) } },
      countable,
      unit,
      interval,
      now: start + 7_200_000_000,
    })

  it('counts by name and by resource, the largest first', async () => {
    const byName = await count('event', 'day')
    expect(byName.map((item) => [item.value, item.count])).toEqual(NAMES.toSorted().map((name) => [name, 20]))
    const byResource = await count('resource', 'day')
    expect(byResource).toHaveLength(9)
    expect(byResource[0]).toMatchObject({ value: 'prefect.run.0', label: 'prefect.run.0', count: 9 })
  })

  it('counts by spans of time, with the empty ones', async () => {
    const spans = await count('time', 'second', 20)
    expect(spans.length).toBeGreaterThanOrEqual(6)
    expect(spans.reduce((sum, span) => sum + span.count, 0)).toBe(80)
    expect(spans.at(-1)?.count).toBe(0)
    expect(spans.map((span) => span.value)).toEqual(spans.map((_, index) => String(index)))
    await expect(count('time', 'second', 0.01)).rejects.toThrow('12000 buckets')
  })
})

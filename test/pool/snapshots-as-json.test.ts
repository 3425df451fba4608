// What visualizers print of the pool's actors: snapshots and events as JSON show figures, and no secrets.

import { expect, it } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

const asJson = (value: unknown) => JSON.parse(JSON.stringify(value))

it('show of the pool how many are idle, leased and waiting, and who holds what since when', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2 })
  await clock.advance(100)
  expect(asJson(pool.actor.getSnapshot()).context).toMatchObject({
    name: pool.name,
    size: { min: 2, max: 2 },
    roster: { total: 2, connecting: 0, established: 2, idle: 2, leased: 0, holders: [] },
    queue: { waiting: 0, open: true },
  })
  const since = clock.now()
  await pool.acquire()
  await clock.advance(5)
  await pool.acquire()
  pool.acquire({ timeout: 1_000 }).catch(() => {})
  expect(asJson(pool.actor.getSnapshot()).context).toMatchObject({
    roster: {
      idle: 0,
      leased: 2,
      holders: [
        { connection: 'connection-1', lease: 2, since: since + 5 },
        { connection: 'connection-2', lease: 1, since },
      ],
    },
    queue: { waiting: 1 },
  })
})

it('show of a connection its facts, the lease that is out, who waits for it, and how it ended', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const connection = pool.actor.getSnapshot().children['connection-1']
  const shown = () => asJson(connection?.getSnapshot()).context
  expect(shown()).toMatchObject({ facts: { id: 'connection-1', serial: 1, uses: 0 }, queue: { waiting: 0 } })
  expect(shown().facts).not.toHaveProperty('lease')
  const lease = await pool.acquire()
  expect(shown()).toMatchObject({ facts: { lease: 1, leasedSince: lease.acquiredAt, uses: 1 } })
  lease.destroy(Object.assign(new Error('duplicate key (ada@example.org)'), { code: '23505', sql: 'ada' }))
  expect(shown().facts.ending).toEqual({ reason: 'destroyed', error: { name: 'Error', code: '23505' } })
})

it('that are kept stay as they were, but for what the guide says is live; stats() and JSON stay whole', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  const kept = {
    pool: pool.actor.getSnapshot(),
    connection: pool.actor.getSnapshot().children['connection-1']?.getSnapshot(),
  }
  const asItWas = asJson(kept)
  const stats = pool.stats()
  const figures = { ...stats }
  await pool.acquire()
  pool.acquire().catch(() => {})
  pool.resize({ min: 2, max: 3, maxWaiting: 5 })
  pool.pause()
  await clock.advance(100)
  expect(pool.stats()).toMatchObject({ state: 'paused', max: 3, total: 2 })
  expect(stats).toEqual(figures)
  expect(Object.isFrozen(stats)).toBe(true)
  const isNow = asJson(kept)
  expect(isNow).not.toEqual(asItWas)
  for (const which of [asItWas, isNow]) {
    delete which.pool.children
    for (const live of ['roster', 'queue']) delete which.pool.context[live]
    for (const live of ['facts', 'queue']) delete which.connection.context[live]
    delete which.connection.context.generation
  }
  expect(isNow).toEqual(asItWas)
})

it('are the same for a persisted snapshot', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const persisted = asJson(pool.actor.getPersistedSnapshot())
  expect(persisted.context.roster).toMatchObject({ idle: 1 })
  expect(persisted.children['connection-1'].snapshot.context.facts).toMatchObject({ serial: 1 })
})

it.each([
  ['an error', Object.assign(new Error('of ada'), { sql: "select 'ada'", parameters: ['ada'] })],
  ['something else', 'ada'],
])('show of %s that a borrower destroyed a connection for only what kind it is', async (_, error) => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const seen: InspectionEvent[] = []
  pool.inspect(event => seen.push(event))
  const lease = await pool.acquire()
  lease.destroy(error)
  await clock.advance(100)
  const events = seen.flatMap(event => ('event' in event ? event.event : []))
  const destroy = events.find(({ type }) => type === 'destroy')
  expect(destroy?.error, 'is there for those who look').toBe(error)
  expect(asJson(events)).toContainEqual({
    type: 'destroy',
    error: { name: error instanceof Error ? 'Error' : 'string' },
  })
  const snapshots = seen.flatMap(event => ('snapshot' in event ? event.snapshot : []))
  expect(JSON.stringify([events, snapshots])).not.toContain('ada')
})

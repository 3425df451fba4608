// Subscribers to a pool's events hear of the end of each one, however it ends.
import { describe, expect, it } from 'vitest'
import type { Lease, PoolNotice } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

const told: readonly PoolNotice['type'][] = [
  'lease.released',
  'lease.destroyed',
  'lease.revoked',
  'connection.closed',
]

/** A pool with one lease, and what it tells from then on. */
async function leased(misbehave?: Parameters<typeof poolInSimulatedTime>[2]) {
  const parts = poolInSimulatedTime({ min: 1, max: 1 }, {}, misbehave)
  await parts.clock.advance(100)
  const lease = await parts.pool.acquire()
  const events: (PoolNotice & { readonly lease?: number })[] = []
  parts.pool.events$.subscribe(event => {
    if (told.includes(event.type)) events.push(event as PoolNotice)
  })
  return { ...parts, lease, events }
}

type Leased = Awaited<ReturnType<typeof leased>>
const ends: readonly [string, PoolNotice['type'], (given: Leased) => unknown][] = [
  ['its holder releases it', 'lease.released', ({ lease }) => lease.release()],
  ['its holder destroys it', 'lease.destroyed', ({ lease }) => lease.destroy()],
  ['its connection is lost', 'lease.revoked', ({ lease, database }) => database.kill(lease.connection)],
  ['the pool closes without waiting', 'lease.revoked', ({ pool }) => void pool.close({ timeout: 0 })],
  ["the pool's actor is stopped", 'lease.revoked', ({ pool }) => pool.actor.stop()],
]

describe('the end of a lease is told when', () => {
  it.each(ends)('%s', async (_when, type, end) => {
    const given = await leased()
    end(given)
    await given.clock.advance(1_000)
    expect(given.events[0]).toMatchObject({ type, lease: given.lease.id })
    expect(given.events.filter(({ lease }) => lease === given.lease.id)).toHaveLength(1)
  })

  it("its connection's actor crashes at the release", async () => {
    const given = await leased(() => ({
      needsReset: () => {
        throw new Error('needsReset throws')
      },
    }))
    given.lease.release()
    await given.clock.advance(1_000)
    expect(given.events.map(({ type }) => type)).toEqual(['lease.released', 'connection.closed'])
    expect(given.pool.stats()).toMatchObject({ acquired: 1, released: 1, busy: 0 })
  })

  it("its connection's actor crashes while it is held", async () => {
    const given = await leased()
    const connection = Object.values(given.pool.actor.getSnapshot().children)[0] as unknown as Crashable
    connection.send({
      type: 'retire',
      get reason(): never {
        throw new Error('a defect')
      },
    })
    await given.clock.advance(1_000)
    expect(given.events[0]).toMatchObject({
      type: 'lease.revoked',
      lease: 1,
      error: { code: 'LEASE_REVOKED' },
    })
    expect((given.events[0] as { error?: Error }).error?.message).toMatch(/crashed/)
    expect(() => (given.lease as Lease<unknown>).connection).toThrow(/lost or revoked/)
  })
})

interface Crashable {
  send(event: object): void
}

// A pool that opens nothing, because it backs off or is paused, leaves what it does not need to others: callers who wait are no need then.
import { describe, expect, it, onTestFinished } from 'vitest'
import { fleetInSimulatedTime, ttl } from './fleet-in-simulated-time.js'

function two() {
  const all = fleetInSimulatedTime(4)
  onTestFinished(() => all.closeAll())
  return { ...all, a: all.add(), b: all.add() }
}

describe('a pool of a ledger', () => {
  it('that backs off keeps one for its probe, and gets its share as soon as its database is back', async () => {
    const { a, b, busy, clock, grow } = two()
    a.database.stop()
    busy(a, 10)
    busy(b, 10)
    await grow()
    await clock.advance(2 * ttl)
    expect(a.pool.stats().state).toBe('backingOff')
    for (let step = 0; step < 50; step++) {
      expect(b.open).toBeGreaterThanOrEqual(3)
      await clock.advance(100)
    }
    a.database.start()
    await clock.advance(4 * ttl)
    expect([a.open, b.open]).toEqual([2, 2])
  })

  it('that is paused leaves all to others that it does not use, and gets its share as soon as it is resumed', async () => {
    const { a, b, busy, clock, grow } = two()
    await grow()
    busy(a, 1)
    await clock.advance(1_000)
    a.pool.pause()
    busy(a, 10)
    busy(b, 10)
    await clock.advance(2 * ttl)
    expect([a.open, b.open]).toEqual([0, 4])
    a.pool.resume()
    await clock.advance(2 * ttl)
    expect([a.open, b.open]).toEqual([2, 2])
  })

  it('that is paused while it waits for its share no longer asks for it', async () => {
    const { a, b, busy, clock, grow } = two()
    await grow()
    busy(b, 10)
    await clock.advance(1_000)
    busy(a, 10)
    await clock.advance(10)
    a.pool.pause()
    await clock.advance(2 * ttl)
    expect([a.open, b.open]).toEqual([0, 4])
    expect(a.pool.stats().heldBack).toBe(false)
  })
})

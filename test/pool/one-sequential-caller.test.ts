// One sequential caller needs one connection, also while the connection that it returned is under reset.
import { expect, it } from 'vitest'
import type { Clock } from '../../src/index.js'
import { type Outcome, poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool whose connections need a reset of so many milliseconds on each return. */
function open(resetLatency: number) {
  return poolInSimulatedTime({ min: 0, max: 10 }, { resetLatency }, () => ({ needsReset: () => true }))
}

it.each([1, 7, 10, 33, 90])(
  'waits for each reset of %d ms, however many there are, instead of opening another connection',
  async resetLatency => {
    const { pool, clock } = open(resetLatency)
    for (let i = 0; i < 100; i++) {
      const used = watch(pool.use(() => {}))
      await clock.advance(i === 0 ? 100 : resetLatency)
      expect(used.state).toBe('fulfilled')
    }
    expect(pool.stats()).toMatchObject({ opened: 1, total: 1 })
  },
)

it('does not take a reset for slow whose answer arrived while the process stood still', async () => {
  const { pool, clock } = open(50)
  const first = watch(pool.use(() => {}))
  await clock.advance(100)
  expect(first.state).toBe('fulfilled')
  const callers: Outcome<unknown>[] = []
  clock.setTimeout(() => callers.push(watch(pool.use(() => {}))), 30)
  await clock.freeze(1_000)
  expect(callers).toMatchObject([{ state: 'fulfilled' }])
  expect(pool.stats()).toMatchObject({ opened: 1, total: 1 })
})

it.each([100, 101, 120, 150, 400, 4_000])(
  'gives a reset whose round trips stood still for %d ms with the process the time to make them',
  async frozen => {
    const roundTrip = (clock: Clock) => new Promise<void>(done => clock.setTimeout(done, 5))
    for (const asksAt of [0, 10, frozen]) {
      const { pool, clock } = poolInSimulatedTime({ min: 0, max: 10 }, { connectLatency: 5 }, (_, clock) => ({
        needsReset: () => true,
        async reset() {
          for (let i = 0; i < 6; i++) await roundTrip(clock)
        },
      }))
      watch(pool.use(() => {}))
      await clock.advance(100)
      const callers: Outcome<unknown>[] = []
      clock.setTimeout(() => callers.push(watch(pool.use(() => {}))), asksAt)
      await clock.freeze(frozen)
      await clock.advance(100)
      expect(callers).toMatchObject([{ state: 'fulfilled' }])
      expect(pool.stats()).toMatchObject({ opened: 1, total: 1 })
    }
  },
)

it('waits for a keepalive that is under way, instead of opening another connection', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 10, keepalive: 1_000 })
  watch(pool.use(() => {}))
  await clock.advance(100 + 1_000 + 5)
  expect(pool.stats()).toMatchObject({ validating: 1 })
  const next = watch(pool.use(() => {}))
  await clock.advance(5)
  expect(next.state).toBe('fulfilled')
  expect(pool.stats()).toMatchObject({ opened: 1, total: 1 })
})

it('waits 50 ms for a reset that has taken long already when it asks', async () => {
  const { pool, clock } = open(4_000)
  watch(pool.use(() => {}))
  await clock.advance(100 + 1_000)
  const next = watch(pool.acquire())
  await clock.advance(100 + 50)
  expect(next.state).toBe('fulfilled')
  expect(pool.stats().total).toBe(2)
})

it('opens another one when the reset takes much longer than a connect', async () => {
  const { pool, clock } = open(4_000)
  watch(pool.use(() => {}))
  await clock.advance(100)
  const next = watch(pool.acquire())
  await clock.advance(350)
  expect(next.state).toBe('fulfilled')
  expect(pool.stats().total).toBe(2)
})

it('opens another one for a second caller', async () => {
  const { pool, clock } = open(10)
  watch(pool.use(() => {}))
  await clock.advance(100)
  const callers = [watch(pool.acquire()), watch(pool.acquire())]
  await clock.advance(100)
  expect(callers.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled'])
  expect(pool.stats().total).toBe(2)
})

// What an application gives the pool to call may throw: one connection or one caller pays, and the pool goes on.
import { expect, it } from 'vitest'
import { createPool } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

/** After whatever happened, all connections can be had and are given back. */
async function expectWell(
  { pool, clock }: ReturnType<typeof poolInSimulatedTime>,
  max: number,
): Promise<void> {
  const all = Array.from({ length: max }, () => watch(pool.acquire({ timeout: 60_000 })))
  await clock.advance(60_000)
  expect(all.map(({ state }) => state)).toEqual(all.map(() => 'fulfilled'))
  for (const { value } of all) value?.release()
  expect(pool.stats().state).toBe('running')
  const closing = watch(pool.close())
  await clock.advance(10_000)
  expect(closing.state).toBe('fulfilled')
}

const unprintable = Object.defineProperty(new Error(), 'message', {
  get() {
    throw new Error('no message')
  },
})

it('a driver’s error whose message cannot be read', async () => {
  let failing = true
  const system = poolInSimulatedTime({ min: 1, max: 2 }, {}, driver => ({
    connect: context => (failing ? Promise.reject(unprintable) : driver.connect(context)),
  }))
  await system.clock.advance(10)
  failing = false
  await expectWell(system, 2)
})

it.each([
  [
    'throws',
    () => {
      throw new Error('no chance')
    },
  ],
  ['gives no number', () => Number.NaN],
  ['gives a number that is too large', () => 7],
])('a random that %s', async (_, random) => {
  await expectWell(poolInSimulatedTime({ min: 1, max: 2, random }), 2)
})

it.each(['now', 'setTimeout', 'clearTimeout'] as const)(
  'a clock whose %s throws now and then',
  async method => {
    const clock = createSimulatedClock()
    let calls = 0
    const moody = {
      now: () => clock.now(),
      setTimeout: (callback: () => void, delay: number) => clock.setTimeout(callback, delay),
      clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
    }
    const well = moody[method] as (...given: unknown[]) => unknown
    Object.assign(moody, {
      [method]: (...given: unknown[]) => {
        if (++calls % 5 === 0) throw new Error('no time')
        return well(...given)
      },
    })
    const pool = createPool(
      {
        name: 'instant',
        connect: async () => ({}),
        validate: async () => {},
        close: async () => {},
        destroy() {},
      },
      { clock: moody, min: 1, max: 2, idleTimeout: 10 },
    )
    for (let i = 0; i < 20; i++) {
      const lease = await pool.acquire()
      lease.release()
      await clock.advance(20)
    }
    await pool.close()
  },
)

it('options whose getters change or throw', async () => {
  const system = poolInSimulatedTime({ min: 1, max: 1 })
  await system.clock.advance(100)
  let reads = 0
  const changing = {
    get timeout() {
      return ++reads === 1 ? 100 : ('soon' as never)
    },
  }
  const lease = await system.pool.acquire(changing)
  const throwing = {
    get timeout(): number {
      throw new Error('no timeout')
    },
  }
  await expect(system.pool.acquire(throwing)).rejects.toThrow('no timeout')
  lease.release()
  await expectWell(system, 1)
})

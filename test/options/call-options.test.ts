// The options of acquire, use and close, and the driver itself, are checked too; nothing happens for a bad one.

import { expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, OptionsError } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it.each([
  [{ timeout: -1 }, 'timeout'],
  [{ timeout: Number.NaN }, 'timeout'],
  [{ timeout: '5' }, 'timeout'],
  [{ priority: 1.5 }, 'priority'],
  [{ priority: Number.POSITIVE_INFINITY }, 'priority'],
  [{ priority: '1' }, 'priority'],
  [{ signal: {} }, 'signal'],
  [{ signal: new AbortController() }, 'signal'],
  [{ timeOut: 5 }, 'timeOut'],
  [{ priorty: 5 }, 'priorty'],
  [null, 'options'],
  [5_000, 'options'],
])('acquire(%j) is rejected, and takes nothing', async (options, name) => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const refusals = [pool.acquire(options as never), pool.use(() => {}, options as never)]
  for (const refusal of refusals) {
    const error = await refusal.catch(error => error)
    expect(error).toBeInstanceOf(OptionsError)
    expect(error.option).toBe(name)
  }
  expect(pool.stats()).toMatchObject({ idle: 1, busy: 0, waiting: 0, acquired: 0 })
})

it('suggests the option that was meant', async () => {
  const { pool } = poolInSimulatedTime()
  await expect(pool.acquire({ timeOut: 5 } as never)).rejects.toThrow('did you mean timeout?')
  await expect(pool.close({ timeot: 5 } as never)).rejects.toThrow('did you mean timeout?')
})

it.each([{ timeout: -1 }, { timeout: Number.NaN }, { timeout: null }, { force: true }, null, 5])(
  'close(%j) is rejected, and the pool stays open',
  async options => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    await clock.advance(100)
    await expect(pool.close(options as never)).rejects.toBeInstanceOf(OptionsError)
    expect(pool.stats()).toMatchObject({ state: 'running', idle: 1 })
  },
)

it.each(['connect', 'validate', 'close', 'destroy'])('a driver without %s is refused', method => {
  const driver = { ...simulated(), [method]: undefined }
  expect(() => createPool(driver as never)).toThrow(OptionsError)
  expect(() => createPool(driver as never)).toThrow(`The driver has no ${method}() method`)
})

it.each([undefined, null, 'postgres://u:hunter2@h/d', 5, {}])(
  '%j instead of a driver is refused, and not shown',
  driver => {
    expect(() => createPool(driver as never)).toThrow(OptionsError)
    expect(() => createPool(driver as never)).not.toThrow(/hunter2/)
  },
)

// The options of transaction, and the driver's part in it, are checked before anything happens.

import { expect, it, vi } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, OptionsError } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it.each([
  [
    { isolation: 'snapshot' },
    'isolation',
    "one of 'read uncommitted', 'read committed', 'repeatable read', 'serializable'; got \"snapshot\"",
  ],
  [{ isolation: 'SERIALIZABLE' }, 'isolation', 'got "SERIALIZABLE"'],
  [{ isolation: null }, 'isolation', 'got null'],
  [{ readOnly: 'yes' }, 'readOnly', 'true or false; got "yes"'],
  [{ retry: -1 }, 'retry', 'an integer of at least 0, or Infinity; got -1'],
  [{ retry: 1.5 }, 'retry', 'got 1.5'],
  [{ retry: true }, 'retry', 'got true'],
  [{ timeout: -1 }, 'timeout', 'got -1'],
  [{ priority: '1' }, 'priority', 'an integer'],
  [{ signal: {} }, 'signal', 'an AbortSignal'],
  [{ readonly: true }, 'readonly', 'transaction has no option "readonly"; did you mean readOnly?'],
  [
    { retries: 3 },
    'retries',
    'Its options are: timeout, signal, priority, session, tenant, weight, lane, isolation, readOnly, retry.',
  ],
  [null, 'options', 'transaction takes an object of options'],
  [5, 'options', 'transaction takes an object of options'],
])('%j is refused, and takes nothing', async (options, name, words) => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const callback = vi.fn()
  const error = await pool.transaction(callback, options as never).catch(error => error)
  expect(error).toBeInstanceOf(OptionsError)
  expect(error.option).toBe(name)
  expect(error.message).toContain(words)
  expect(callback).not.toHaveBeenCalled()
  expect(pool.stats()).toMatchObject({ idle: 1, busy: 0, acquired: 0 })
})

it('undefined stands for the default', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  const options = {
    isolation: undefined,
    readOnly: undefined,
    retry: undefined,
    timeout: undefined,
    signal: undefined,
  }
  const transaction = pool.transaction(() => 1, options)
  await clock.advance(200)
  expect(await transaction).toBe(1)
})

it('the callback is needed', async () => {
  const { pool } = poolInSimulatedTime()
  await expect(pool.transaction(undefined as never)).rejects.toMatchObject({ option: 'callback' })
})

it('a driver without transactions is told of at once, and what to do', async () => {
  const { transaction: _none, ...driver } = simulated()
  await using pool = createPool(driver, { min: 0 })
  const error = await pool.transaction(() => {}).catch(error => error)
  expect(error).toBeInstanceOf(OptionsError)
  expect(error).toMatchObject({ option: 'driver', value: undefined })
  expect(error.message).toContain('"simulated" does not support transactions')
  expect(error.message).toContain('Use pool.use()')
  expect(pool.stats()).toMatchObject({ total: 0, acquired: 0 })
})

const { transaction } = simulated()

it.each([
  [null, 'transaction is not an object'],
  [true, 'transaction is not an object'],
  [{}, 'transaction has no begin() method'],
  [{ ...transaction, commit: 5 }, 'transaction has no commit() method'],
  [{ ...transaction, rollback: undefined }, 'transaction has no rollback() method'],
  [{ ...transaction, isRetryable: true }, 'transaction.isRetryable is not a function'],
])('a driver whose transaction is %j is refused when the pool is created', (unfit, words) => {
  const driver = { ...simulated(), transaction: unfit }
  expect(() => createPool(driver as never)).toThrow(OptionsError)
  expect(() => createPool(driver as never)).toThrow(words)
})

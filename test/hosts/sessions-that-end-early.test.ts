// A session whose server does not say what it is: it is destroyed before anyone has it, and counted for as long as its server counts it.
import { expect, it } from 'vitest'
import type { Driver } from '../../src/db/driver.js'
import { type SimulatedConnection, type SimulatedOptions, simulated } from '../../src/db/simulated/index.js'
import { createHostPool, type HostPoolOptions } from '../../src/hosts/index.js'
import { createSimulatedClock } from '../../src/testing/index.js'
import { processErrors } from '../support/process-errors.js'

const noRole = new Error('the server does not say what it is')

/** One host, to which a connect takes 10 ms. */
function oneHost(
  methods: Partial<Driver<SimulatedConnection>>,
  settings: SimulatedOptions,
  options: HostPoolOptions<SimulatedConnection> = {},
) {
  const clock = createSimulatedClock()
  const driver = simulated({ clock, unhealthyRate: 0, connectLatency: 10, ...settings })
  const pool = createHostPool(
    { hosts: [{ name: 'a', driver: { ...driver, hostRole: () => Promise.reject(noRole), ...methods } }] },
    { clock, random: () => 0, max: 1, ...options },
  )
  return { clock, pool, database: driver.database }
}

it.each([
  ['and the host does not say its role', {}, {}],
  [
    'and the host says nothing at all',
    { hostRole: () => new Promise<never>(() => {}) },
    { connectTimeout: 50 },
  ],
])('max holds while the server works on after its session has ended, %s', async (_, methods, options) => {
  const { clock, database } = oneHost(methods, { lingerAfterDestroy: 3_000 }, options)
  await clock.advance(20_000)
  expect(database.totals.opened).toBeGreaterThan(2)
  expect(database.peak).toBe(1)
})

it.each([
  [
    'throws',
    () => {
      throw new Error('a bug in destroy')
    },
  ],
  ['rejects', () => Promise.reject(new Error('a bug in destroy'))],
])('a destroy that %s does not hide why the session ended', async (_, destroy) => {
  const { clock, pool } = oneHost({ destroy }, {})
  expect(await processErrors(() => clock.advance(20))).toEqual([])
  expect(pool.hosts()[0]?.lastError).toMatchObject({ cause: noRole })
})

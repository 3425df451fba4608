// A lease that has ended is fenced off: misuse is told, and never reaches the next borrower's connection.

import { expect, it } from 'vitest'
import { LeaseError } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

async function endedLease() {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const ended = await pool.acquire()
  ended.release()
  return { pool, ended, current: await pool.acquire() }
}

it('a second release throws and leaves the next borrower’s lease alone', async () => {
  const { pool, ended, current } = await endedLease()
  expect(() => ended.release()).toThrow(LeaseError)
  expect(() => ended.release()).toThrow(
    expect.objectContaining({ code: 'LEASE_RELEASED', lease: ended.id, pool: pool.name }),
  )
  expect(current.held).toBe(true)
  expect(pool.stats()).toMatchObject({ busy: 1, idle: 0, released: 1 })
})

it('destroying a released lease throws and leaves the next borrower’s connection open', async () => {
  const { ended, current } = await endedLease()
  expect(() => ended.destroy()).toThrow(expect.objectContaining({ code: 'LEASE_RELEASED' }))
  expect(current.connection.state).toBe('open')
})

it('using a released lease throws and says what to do', async () => {
  const { ended } = await endedLease()
  expect(() => ended.connection).toThrow(expect.objectContaining({ code: 'LEASE_RELEASED' }))
  expect(() => ended.connection).toThrow(/pool\.use\(\)/)
})

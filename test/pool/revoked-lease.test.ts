// A borrower whose connection was taken away gives it back once without complaint, and is told of whatever is wrong beyond that.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

async function revokedLease() {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  database.kill(lease.connection)
  await clock.advance(0)
  expect(lease.held).toBe(false)
  return { pool, lease }
}

const ways = ['release', 'destroy'] as const

it.each(ways)('the first %s is quiet, and changes nothing', async way => {
  const { pool, lease } = await revokedLease()
  expect(() => lease[way]()).not.toThrow()
  expect(pool.stats()).toMatchObject({ busy: 0, released: 0, lost: 1 })
})

it.each(ways.flatMap(first => ways.map(second => [second, first] as const)))(
  'a %s after the %s is a mistake of the borrower’s',
  async (second, first) => {
    const { lease } = await revokedLease()
    lease[first]()
    for (const _ of [1, 2])
      expect(() => lease[second]()).toThrow(expect.objectContaining({ code: 'LEASE_RELEASED' }))
  },
)

it('the connection is refused with what happened to it, before and after', async () => {
  const { lease } = await revokedLease()
  const revoked = expect.objectContaining({ code: 'LEASE_REVOKED', cause: expect.any(Error) })
  expect(() => lease.connection).toThrow(revoked)
  lease.release()
  expect(() => lease.connection).toThrow(revoked)
})

it('the end of a using block is quiet, whatever happened before', async () => {
  const { lease } = await revokedLease()
  lease[Symbol.dispose]()
  await lease[Symbol.asyncDispose]()
  lease.release()
  expect(() => lease[Symbol.dispose]()).not.toThrow()
})

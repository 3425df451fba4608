// A request settles exactly once, whoever is first.

import { expect, it, vi } from 'vitest'
import { AcquireRequest } from '../../src/actors/callers/request.js'
import { Lease, type LeasedConnection } from '../../src/actors/leases/lease.js'

const lease = new Lease(1, 0, {} as LeasedConnection<unknown>)

it('answers the lease that was granted before the promise was asked for', async () => {
  const request = new AcquireRequest<unknown>(0, 100, 0)
  request.grant(lease)
  expect(request.waits).toBe(false)
  expect(await request.promise()).toBe(lease)
})

it('answers the lease that was granted after', async () => {
  const request = new AcquireRequest<unknown>(0, 100, 0)
  const promise = request.promise()
  request.grant(lease)
  expect(await promise).toBe(lease)
})

it.each(['before', 'after'])(
  'rejects with the error of a refusal %s the promise was asked for',
  async when => {
    const request = new AcquireRequest<unknown>(0, 100, 0)
    const error = new Error('no')
    if (when === 'before') request.refuse(error)
    const promise = request.promise()
    if (when === 'after') request.refuse(error)
    await expect(promise).rejects.toBe(error)
  },
)

it('cannot be refused after it was granted, nor twice, and says so', async () => {
  const granted = new AcquireRequest<unknown>(0, 100, 0)
  granted.grant(lease)
  expect(granted.refuse(new Error('late'))).toBe(false)
  expect(await granted.promise()).toBe(lease)

  const refused = new AcquireRequest<unknown>(0, 100, 0)
  const first = new Error('first')
  expect(refused.refuse(first)).toBe(true)
  expect(refused.refuse(new Error('second'))).toBe(false)
  await expect(refused.promise()).rejects.toBe(first)
})

it('tells its watch once that it is settled', () => {
  const watch = { settled: vi.fn() }
  const request = new AcquireRequest<unknown>(5, 100, 0)
  request.watch = watch
  request.promise().catch(() => {})
  request.refuse(new Error('no'))
  request.refuse(new Error('no'))
  expect(watch.settled.mock.calls).toEqual([[request, undefined, new Error('no')]])
  expect(request.deadline).toBe(105)
})

it('is small: thousands may wait at once, and the collector copies each of them', () => {
  expect(Object.keys(new AcquireRequest<unknown>(0, 100, 0)).length).toBeLessThanOrEqual(10)
})

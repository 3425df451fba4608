// Every option may be given as undefined, for its default. The compiler checks this file too, with exactOptionalPropertyTypes.

import { expect, expectTypeOf, it } from 'vitest'
import { parseOptions } from '../../src/core/options.js'
import type { AcquireOptions, CloseOptions, Pool, PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

/** The names of those of T's properties to which undefined cannot be given. */
type Unforgiving<T> = {
  [Name in keyof T]-?: { [N in Name]: undefined } extends Pick<T, Name> ? never : Name
}[keyof T]

it('in the types', () => {
  expectTypeOf<Unforgiving<PoolOptions>>().toBeNever()
  expectTypeOf<Unforgiving<AcquireOptions>>().toBeNever()
  expectTypeOf<Unforgiving<CloseOptions>>().toBeNever()
  expectTypeOf<Unforgiving<Parameters<Pool<unknown>['resize']>[0]>>().toBeNever()
})

it('to a pool', () => {
  const maybe = undefined as number | undefined
  const options: PoolOptions = { min: maybe, max: maybe, clock: undefined, random: undefined }
  expect(parseOptions(options)).toEqual(parseOptions())
})

it('to each call', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  const lease = await pool.acquire({ timeout: undefined, signal: undefined, priority: undefined })
  lease.release()
  pool.resize({ min: undefined, max: undefined })
  expect(pool.stats()).toMatchObject({ min: 1, max: 2, idle: 1 })
  const closing = pool.close({ timeout: undefined })
  await clock.advance(10)
  await expect(closing).resolves.toBeUndefined()
})

it('and a callback may answer with any thenable, as drivers and query builders do', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const query: PromiseLike<number> = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable that is no Promise is what this is about
    then: (resolve, reject) => Promise.resolve(7).then(resolve, reject),
  }
  const answer = pool.use(() => query)
  expectTypeOf(answer).toEqualTypeOf<Promise<number>>()
  expect(await answer).toBe(7)
})

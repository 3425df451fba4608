// What a pool that chooses its size by itself says: to raise max does not help while it gives itself less.
import { describe, expect, it } from 'vitest'
import { messageOf } from '../../src/core/wording.js'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool that may have four connections and has given itself two, both leased. */
async function choosyPool(options: PoolOptions = {}, size = 2) {
  const parts = poolInSimulatedTime({ min: 1, max: 4, adaptive: true, validateAfter: false, ...options })
  parts.pool.actor.send({ type: 'resize', min: 1, max: size }) // as its finder does
  await parts.clock.advance(100)
  for (let left = size; left > 0; left--) {
    watch(parts.pool.acquire())
    await parts.clock.advance(100)
  }
  return parts
}

/** The error of the next caller, which waits for at most so long. */
async function errorIn({ pool, clock }: Awaited<ReturnType<typeof choosyPool>>, timeout = 500) {
  const caller = watch(pool.acquire({ timeout }))
  await clock.advance(timeout)
  return caller.error as Error
}

describe('an adaptive pool whose connections are all leased', () => {
  it('tells a caller that timed out which size it has chosen, and not to raise max', async () => {
    const error = await errorIn(await choosyPool())
    expect(error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', max: 2, limit: 4 })
    expect(messageOf(error)).toMatch(
      /Why: all 2 connections \(adaptive; max is 4\) are leased; held longest: .*\.\n {2}What to do: release sooner \(use pool\.use\(\) or await using\), or do not hold a lease while acquiring another; the pool chooses its size by itself \(adaptive\), so raising max does not help\.$/,
    )
  })

  it('says so of its only connection', async () => {
    const error = await errorIn(await choosyPool({}, 1))
    expect(messageOf(error)).toContain('the only connection (adaptive; max is 4) is leased: lease 1')
  })

  it('tells it to raise max where that is what bounds the pool', async () => {
    const error = await errorIn(await choosyPool({}, 4))
    expect(error).toMatchObject({ max: 4, limit: 4 })
    expect(messageOf(error)).toContain('all 4 connections (max) are leased')
    expect(messageOf(error)).toMatch(/, or raise max\.$/)
  })

  it('tells a caller that the queue has no room for', async () => {
    const error = await errorIn(await choosyPool({ maxWaiting: 0 }))
    expect(error).toMatchObject({ code: 'QUEUE_FULL', max: 2, limit: 4 })
    expect(messageOf(error)).toBe(
      "The acquire was refused: none of the pool's 2 connections (adaptive; max is 4) is free, and queueing is disabled (maxWaiting is 0). Shed load upstream, hold connections for less time, or raise maxWaiting; the pool chooses its size by itself (adaptive), so raising max does not help.",
    )
  })

  it('tells a caller that it sheds', async () => {
    const parts = await choosyPool({ shed: { target: 50, interval: 500 } })
    const error = await errorIn(parts, 30_000)
    expect(error).toMatchObject({ code: 'OVERLOADED', max: 2, limit: 4 })
    expect(messageOf(error)).toContain("the pool's 2 connections (adaptive; max is 4) serve them")
    expect(messageOf(error)).toMatch(
      /answer 503 and have the client try again later, or hold connections for less time; the pool chooses its size by itself \(adaptive\), so raising max does not help\.$/,
    )
  })

  it('has another limit after a resize', async () => {
    const parts = await choosyPool()
    parts.pool.resize({ max: 7 })
    parts.pool.actor.send({ type: 'resize', min: 1, max: 2 })
    expect(await errorIn(parts)).toMatchObject({ max: 2, limit: 7 })
  })
})

it('a pool of a fixed size has no limit but its max', async () => {
  expect(await errorIn(await choosyPool({ adaptive: false }))).toMatchObject({ max: 2, limit: undefined })
})

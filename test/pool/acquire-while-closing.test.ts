// Whoever asks for a connection at the very moment at which the pool ends is refused, and does not wait for ever.
import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it.each([1_000, Number.POSITIVE_INFINITY])(
  'an acquire with a timeout of %d is refused when the pool is closed before the pool has read it',
  async timeout => {
    const { pool, clock } = poolInSimulatedTime({ min: 0 })
    // An inspector sees the request before the pool reads it, so that this close overtakes it.
    pool.inspect(({ type, event }: { type: string; event?: { type: string } }) => {
      if (type === '@xstate.event' && event?.type === 'acquire') pool.close()
    })
    const acquiring = watch(pool.acquire({ timeout }))
    await clock.advance(10)
    expect(acquiring).toMatchObject({ state: 'rejected', error: { code: 'POOL_CLOSED' } })
    expect(pool.stats()).toMatchObject({ state: 'closed' })
    expect(clock.pending).toBe(0)
  },
)

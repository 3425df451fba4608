// A connection may say that it is ready just when the pool is told to close: nothing is looked after from then on.
import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('a connection that becomes ready while the pool closes leaves no timer behind', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  let closing: { state: string } | undefined
  // An inspector sees the report before the pool reads it, so that this close overtakes it.
  pool.inspect(({ type, event }: { type: string; event?: { type: string } }) => {
    if (type === '@xstate.event' && event?.type === 'connection.ready') closing ??= watch(pool.close())
  })
  await clock.advance(110)
  expect(closing?.state).toBe('fulfilled')
  expect(pool.stats()).toMatchObject({ state: 'closed', opened: 1, total: 0 })
  expect(clock.pending).toBe(0)
})

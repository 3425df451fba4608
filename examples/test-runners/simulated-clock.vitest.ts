// A clock of the pool's own, which works alike in every test runner: only the pool's time stands still.

import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'
import { createSimulatedClock } from 'statepool/testing'
import { expect, test } from 'vitest'

// #region clock
test('an idle connection is closed after a minute', async () => {
  const clock = createSimulatedClock()
  const pool = createPool(simulated({ clock }), { clock, min: 0, idleTimeout: 60_000 })
  const query = pool.use(connection => connection.query('SELECT 1'))
  await clock.advance(1_000)
  await query
  expect(pool.stats().idle).toBe(1)
  await clock.advance(66_000) // up to 10 % later than set
  expect(pool.stats().idle).toBe(0)
})
// #endregion

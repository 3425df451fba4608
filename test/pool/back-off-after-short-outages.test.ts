// Short outages that come again and again: a database that is up nine tenths of the time is of use for most of it.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

it('half a second in every five does not add up to a back-off that outlasts the uptime', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2, acquireTimeout: 1_000 })
  let asked = 0
  let served = 0
  for (let cycle = 0; cycle < 24; cycle++) {
    database.stop()
    await clock.advance(500)
    database.start()
    for (let step = 0; step < 45; step++) {
      asked++
      pool
        .use(connection => connection.query('select 1'))
        .then(
          () => served++,
          () => {},
        )
      await clock.advance(100)
    }
  }
  await clock.advance(60_000)
  expect(served / asked).toBeGreaterThan(0.7)
}, 60_000)

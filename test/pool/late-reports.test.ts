// What a driver says after the pool has given a connection up is ignored by decision: nothing happens, nothing is printed.

import { expect, it, vi } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('late answers of every kind change nothing and print no warning', async () => {
  const warned = vi.spyOn(console, 'warn')
  const { pool, clock, database } = poolInSimulatedTime(
    {
      min: 1,
      max: 2,
      connectTimeout: 60,
      validateAfter: 0,
      validateTimeout: 5,
      resetTimeout: 5,
      closeTimeout: 5,
    },
    { connectLatency: [50, 100] },
  )
  for (let use = 0; use < 20; use++) {
    const acquiring = watch(pool.acquire({ timeout: 500 }))
    await clock.advance(200)
    database.change({ validateLatency: use % 2 === 0 ? 10 : 1 })
    acquiring.value?.connection.query('BEGIN')
    await clock.advance(10)
    acquiring.value?.release()
    await clock.advance(100)
  }
  await Promise.all([pool.close(), clock.advance(100)])
  await pool.close()
  expect(pool.stats()).toMatchObject({ state: 'closed', total: 0 })
  const warnings = warned.mock.calls
    .map(([text]) => String(text))
    .filter(text => text.includes('stopped actor'))
  expect(warnings).toEqual([])
})

// A lent connection that will be closed when it comes back is no reason to close an idle one.
import { expect, it } from 'vitest'
import { RunningSystem } from '../model/running-system.js'

it('the last idle connection that min keeps stays when the other one is lent and too old', async () => {
  const system = new RunningSystem({
    min: 1,
    max: 2,
    idleTimeout: 1_000,
    keepalive: false,
    maxLifetime: 10_000,
    validateAfter: false,
  })
  const { clock, driver, pool } = system
  driver.atOnce.set('close', 'succeed')
  await system.answer('connect', 'succeed')
  system.acquire()
  await clock.advance(5_000)
  system.acquire()
  await system.answer('connect', 'succeed')
  await clock.advance(4_500)
  system.leases[1]?.release()
  await clock.advance(900) // the older one is told to retire when it comes back; the other one is idle for too long soon
  expect(system.connectionStates).toEqual(['busy.retiring', 'idle'])
  await clock.advance(1_100)
  expect(pool.stats()).toMatchObject({ busy: 1, idle: 1 })
})

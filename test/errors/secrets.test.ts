// No error, event or snapshot shows a password, even when the driver's connection and its options are full of them.

import { expect, it } from 'vitest'
import { createPool, type Driver, type PoolNotice } from '../../src/index.js'
import { everythingOf } from '../support/everything-of.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

const secret = 'hunter2'

/** A connection as pg has it: with the password in plain sight. */
interface Client {
  readonly password: string
}

const driver: Driver<Client> = {
  name: 'careless',
  connect: () => Promise.resolve({ password: secret }),
  validate: () => Promise.reject(new Error('not today')),
  close: () => Promise.resolve(),
  destroy() {},
  describe: () => 'careless on db.internal as web',
}

it('neither errors nor events nor snapshots nor stats show it', async () => {
  const clock = createSimulatedClock()
  const pool = createPool(driver, { clock, min: 1, max: 1, validateAfter: 100, acquireTimeout: 50 })
  const events: PoolNotice[] = []
  const inspected: unknown[] = []
  pool.events$.subscribe(event => events.push(event))
  const stop = pool.inspect(event => {
    if ('event' in event) inspected.push(event.event)
    if ('snapshot' in event) inspected.push(event.snapshot)
  })
  await clock.advance(0)
  const lease = await pool.acquire()
  expect(lease.connection.password).toBe(secret)
  const timedOut = watch(pool.acquire())
  await clock.advance(200)
  expect(everythingOf(lease)).not.toContain(secret)
  lease.release()
  await clock.advance(200)
  const invalid = watch(pool.acquire())
  await clock.advance(200)
  expect(timedOut.error).toBeDefined()
  expect(events.length).toBeGreaterThan(5)
  expect(inspected.length).toBeGreaterThan(5)
  const snapshot = pool.actor.getSnapshot()
  const shown: unknown[] = [
    timedOut,
    invalid,
    events,
    inspected,
    pool.stats(),
    snapshot.context,
    snapshot.toJSON(),
  ]
  shown.push(pool.actor.getPersistedSnapshot(), pool, lease)
  for (const value of shown) expect(everythingOf(value)).not.toContain(secret)
  for (const child of Object.values(snapshot.children))
    expect(everythingOf(child?.getSnapshot())).not.toContain(secret)
  stop()
})

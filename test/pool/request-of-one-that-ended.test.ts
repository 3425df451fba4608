// A connection can end between being chosen for a caller and learning of it: the caller is served by another connection.

import { expect, it } from 'vitest'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import type { Lease } from '../../src/index.js'
import { type Outcome, poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('a caller who asks while the driver destroys the idle connection that was lost is served by another one', async () => {
  let ask = (): void => {}
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 }, {}, driver => ({
    destroy(connection) {
      ask()
      return driver.destroy(connection)
    },
  }))
  await clock.advance(100)
  let caller: Outcome<Lease<SimulatedConnection>> | undefined
  ask = () => {
    caller ??= watch(pool.acquire())
  }
  for (const connection of database.connections) database.kill(connection)
  await clock.advance(1_000)
  expect(caller).toMatchObject({ state: 'fulfilled' })
  expect(caller?.value?.connection).toMatchObject({ id: 2, state: 'open' })
})

// Lives of pools whose hooks ask something of each connection: no invariant is broken.

import { it } from 'vitest'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import type { PoolHooks } from '../../src/index.js'
import { simulate } from '../../src/testing/index.js'
import { cases } from '../support/seeds.js'

const ask = async (connection: SimulatedConnection | undefined): Promise<void> => {
  await connection?.query('select 1')
}

it.each<[string, PoolHooks<SimulatedConnection>]>([
  ['onLend and onReturn', { onLend: ask, onReturn: ask }],
  ['onConnect, onLend and onReturn', { onConnect: ask, onLend: ask, onReturn: ask }],
])('lives with %s keep every promise', async (_, hooks) => {
  // A connect whose time is up frees its slot at once, although a server may linger over the set-up.
  const database = 'onConnect' in hooks ? { lingerAfterDestroy: 0 } : {}
  for (let seed = 1; seed <= cases({ all: 60, some: 20 }); seed++)
    await simulate({ seed, pool: hooks as object, database })
})

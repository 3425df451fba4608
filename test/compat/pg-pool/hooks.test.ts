// The hooks of the underlying pool may use clients that no caller has, which the drop-in otherwise refuses.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { Pool } from '../../../src/db/pg/index.js'
import { type Backends, watchBackends } from '../../support/backends.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('hooks of the drop-in')
})
afterAll(() => backends.stop())

it('statepool: { onConnect, onLend, onReturn } prepare clients for connect() and query()', async () => {
  const steps: string[] = []
  await using pool = new Pool({
    ...backends.config,
    max: 1,
    statepool: {
      onConnect: async client => void steps.push((await client.query("SELECT 'opened' AS it")).rows[0].it),
      onLend: async client => void steps.push((await client.query("SELECT 'lent' AS it")).rows[0].it),
      onReturn: async client => void steps.push((await client?.query("SELECT 'back' AS it"))?.rows[0].it),
    },
  })
  await pool.query('SELECT 1')
  const client = await pool.connect()
  client.release()
  await pool.query('SELECT 1')
  expect(steps).toEqual(['opened', 'lent', 'back', 'lent', 'back', 'lent'])
})

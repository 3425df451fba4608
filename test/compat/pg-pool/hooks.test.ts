// The hooks of the underlying pool may use clients that no caller has, which the drop-in otherwise refuses.

import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { outside } from '../../../src/core/outside.js'
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

it.each(['onLend', 'onReturn', 'onConnect'] as const)(
  'a former holder asks nothing of a client while %s runs, which itself may',
  async hook => {
    let formerHolder: () => Promise<unknown> = async () => {}
    const answers: unknown[] = []
    const prepare = async (client: pg.PoolClient | undefined): Promise<void> => {
      const asking = client?.query('SELECT 1 AS it')
      await outside(async () => answers.push(await formerHolder().catch(error => error.code)))
      await asking
      answers.push((await client?.query('SELECT 1 AS it'))?.rows[0].it)
      await new Promise(resolve => client?.query('SELECT 1', resolve))
    }
    await using pool = new Pool({
      ...backends.config,
      max: 1,
      resetQuery: 'DISCARD ALL',
      statepool: { [hook]: prepare },
    })
    const client = await pool.connect()
    formerHolder = () => client.query('SELECT 2')
    answers.length = 0
    client.release()
    await pool.query('SELECT 1')
    expect(answers.slice(0, 2)).toEqual(['LEASE_RELEASED', 1])
  },
)

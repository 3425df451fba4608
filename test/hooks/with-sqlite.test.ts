// The hooks with SQLite: what they do to a connection, the caller finds, and the session that a caller names reaches them.

import { expect, it } from 'vitest'
import { type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import { createPool } from '../../src/index.js'
import { until } from '../support/until.js'

it('onConnect, onLend, onReturn and onClose run on the connection, and know the session that the caller asked for', async () => {
  const steps: string[] = []
  const one = async (connection: SqliteConnection | undefined, statement: string): Promise<unknown> =>
    (await connection?.get(statement))?.it
  const pool = createPool(sqlite({ filename: ':memory:' }), {
    max: 1,
    onConnect: async connection => {
      await connection.run('CREATE TABLE tenant (it TEXT)')
      steps.push('opened')
    },
    onLend: async (connection, { session }) => {
      await connection.run('INSERT INTO tenant VALUES (?)', [String(session)])
      steps.push(`lent to ${session}`)
    },
    onReturn: async (connection, { session, end }) => {
      steps.push(`${end} by ${await one(connection, 'SELECT it FROM tenant')}, ${session}`)
      await connection?.run('DELETE FROM tenant')
    },
    onClose: (_, { reason }) => void steps.push(`closed: ${reason}`),
  })
  for (const session of ['first', 'second']) {
    const lease = await pool.acquire({ session })
    expect(await one(lease.connection, 'SELECT it FROM tenant')).toBe(session)
    lease.release()
  }
  await pool.close()
  await until(() => steps.length >= 6, 'onClose is told')
  expect(steps).toEqual([
    'opened',
    'lent to first',
    'released by first, first',
    'lent to second',
    'released by second, second',
    'closed: pool closing',
  ])
})

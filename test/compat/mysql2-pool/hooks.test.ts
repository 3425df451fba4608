// The hooks of the underlying pool may use connections that no caller has, which the drop-in otherwise refuses.

import type { Connection, PoolConnection } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'
import { until } from '../../support/until.js'

/** What the server answers to a statement that names itself. */
const ask = (connection: Pick<Connection, 'query'> | undefined, it: string): Promise<string> =>
  new Promise((resolve, reject) => {
    connection?.query(`SELECT '${it}' AS it`, (error: Error | null, rows: unknown) =>
      error ? reject(error) : resolve((rows as { it: string }[])[0]?.it ?? ''),
    )
  })

describe.skipIf(mariadbMissing())('hooks of the drop-in for mysql2', () => {
  const dropIn = useMysqlPool()

  it('statepool: { onConnect, onLend, onReturn, onClose } prepare connections for getConnection() and query()', async () => {
    const steps: string[] = []
    const pool = dropIn.create({
      connectionLimit: 1,
      statepool: {
        onConnect: async connection => void steps.push(await ask(connection, 'opened')),
        onLend: async connection => void steps.push(await ask(connection, 'lent')),
        onReturn: async connection => void steps.push(await ask(connection, 'back')),
        onClose: (_, { reason }) => void steps.push(`closed: ${reason}`),
      },
    })
    await ask(pool, 'a statement')
    const connection = await dropIn.borrow(pool)
    expect(await ask(connection, 'its own')).toBe('its own')
    connection.release()
    await ask(pool, 'another')
    await new Promise<void>(resolve => pool.end(() => resolve()))
    await until(() => steps.length >= 8, 'onClose is told')
    expect(steps).toEqual(['opened', 'lent', 'back', 'lent', 'back', 'lent', 'back', 'closed: pool closing'])
  })

  it('a connection that onLend refuses is closed, and the caller gets another one', async () => {
    const lent: number[] = []
    const pool = dropIn.create({
      connectionLimit: 1,
      statepool: {
        onLend: connection => {
          lent.push(connection.threadId as number)
          return lent.length > 1
        },
      },
    })
    const connection: PoolConnection = await dropIn.borrow(pool)
    expect(lent).toHaveLength(2)
    expect(connection.threadId).toBe(lent[1])
    expect(lent[0]).not.toBe(lent[1])
    connection.release()
  })
})

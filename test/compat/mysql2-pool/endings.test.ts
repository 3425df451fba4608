// How connections of the drop-in leave mysql2's lists, and how they say goodbye.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'
import { until } from '../../support/until.js'

interface List {
  readonly length: number
}

describe.skipIf(mariadbMissing())('a connection of the drop-in', () => {
  const { create, borrow } = useMysqlPool()
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('is out of the lists as soon as its borrower ends it', async () => {
    const pool = create({ gracefulEnd: true })
    const all = (pool as unknown as { _allConnections: List })._allConnections
    const connection = await borrow(pool)
    expect(all.length).toBe(1)
    connection.end()
    expect(all.length).toBe(0)
  })

  it.each(['destroy', 'end'] as const)(
    'says so in its state as soon as its borrower calls %s',
    async ending => {
      const pool = create({ gracefulEnd: true })
      const connection = await borrow(pool)
      expect(connection.state).toBe('authenticated')
      connection[ending]()
      expect(connection.state).toBe('disconnected')
    },
  )

  it('says in its state that the pool has closed it', async () => {
    const pool = create()
    const connection = await borrow(pool)
    connection.release()
    expect(connection.state).toBe('authenticated')
    await pool.promise().end()
    expect(connection.state).toBe('disconnected')
  })

  it('is out of the lists when it is lost', async () => {
    const pool = create()
    const all = (pool as unknown as { _allConnections: List })._allConnections
    const connection = await borrow(pool)
    await pool
      .promise()
      .query('KILL ?', [connection.threadId])
      .catch(() => {})
    await until(() => all.length === 1, 'one is left')
    connection.release()
  })

  it('has one error listener, as in mysql2, and nobody else needs one', async () => {
    const pool = create({ connectionLimit: 1 })
    await pool.promise().query('SELECT 1')
    const connection = await borrow(pool)
    expect(connection.listenerCount('error')).toBe(1)
    connection.emit('error', new Error('a first one'))
    expect(connection.listenerCount('error')).toBe(1)
    connection.emit('error', new Error('another one'))
    connection.release()
  })

  it.each([false, true])(
    'adds a Quit command, of which `debug` tells, if gracefulEnd is %s',
    async gracefulEnd => {
      const said: unknown[] = []
      vi.spyOn(console, 'log').mockImplementation(text => said.push(text))
      vi.spyOn(console, 'trace').mockImplementation(() => {})
      const pool = create({ debug: true, gracefulEnd })
      await pool.promise().query('SELECT 1')
      await pool.promise().end()
      expect(said.includes('Add command: Quit')).toBe(gracefulEnd)
      expect(said).toContain('Add command: Query')
    },
  )
})

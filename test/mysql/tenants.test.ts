// `acquire({ session })` on a real MariaDB: two tenants share one connection, and each sees its own rows only.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import { beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/index.js'
import { createPool, type Pool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'

describe.skipIf(mariadbMissing())('tenants on MariaDB', () => {
  let threads: Threads
  beforeAll(async () => {
    threads = await watchThreads()
    await using owner = createPool(mysql(threads.config), { min: 0, max: 1 })
    await owner.use(async connection => {
      await connection.query('CREATE TABLE note (tenant varchar(9), words varchar(9))')
      await connection.query("INSERT INTO note VALUES ('ada', 'hers'), ('bob', 'his')")
      await connection.query(
        'CREATE FUNCTION current_tenant() RETURNS varchar(9) NOT DETERMINISTIC NO SQL RETURN @tenant',
      )
      await connection.query('CREATE VIEW own AS SELECT words FROM note WHERE tenant = current_tenant()')
    })
    return () => threads.stop()
  })

  /** Sets up for tenants as docs/guides/hooks.md does for PostgreSQL. */
  const poolForTenants = (resetOnRelease: boolean): Pool<Connection> =>
    createPool(mysql({ ...threads.config, resetOnRelease }), {
      min: 0,
      max: 1,
      onLend: (connection, { session }) => {
        if (typeof session !== 'string') throw new Error('acquire({ session }) names no tenant')
        return connection.query('SET @tenant = ?', [session])
      },
      onReturn: connection => connection?.query('SET @tenant = NULL'),
    })

  const words = async (connection: Connection) =>
    (await connection.query<RowDataPacket[]>('SELECT words FROM own'))[0].map(row => row.words)
  const seenBy = (pool: Pool<Connection>, session: string) => pool.use(words, { session })

  it.each([
    ['rolls back', false],
    ['resets', true],
  ])('with a driver that %s, neither sees the other’s, whatever the one before did', async (_, resets) => {
    await using pool = poolForTenants(resets)
    expect([await seenBy(pool, 'ada'), await seenBy(pool, 'bob')]).toEqual([['hers'], ['his']])
    // A statement that fails.
    await expect(pool.use(one => one.query('SELECT nonsense'), { session: 'ada' })).rejects.toThrow()
    expect(await seenBy(pool, 'bob')).toEqual(['his'])
    // A transaction that is left open.
    const open = await pool.acquire({ session: 'ada' })
    await open.connection.query('START TRANSACTION')
    await open.connection.query("INSERT INTO note VALUES ('ada', 'more')")
    open.release()
    expect([await seenBy(pool, 'bob'), await seenBy(pool, 'ada')]).toEqual([['his'], ['hers']])
    // A holder who takes another tenant's name.
    await pool.use(connection => connection.query("SET @tenant = 'bob'"), { session: 'ada' })
    expect(await seenBy(pool, 'ada')).toEqual(['hers'])
    // A lease that is destroyed.
    const destroyed = await pool.acquire({ session: 'ada' })
    destroyed.destroy()
    expect(await seenBy(pool, 'bob')).toEqual(['his'])
    // A transaction of the pool's.
    expect(await pool.transaction(words, { session: 'ada' })).toEqual(['hers'])
  })

  it('a caller that names no tenant gets no connection, and between leases it belongs to none', async () => {
    await using pool = poolForTenants(false)
    await expect(pool.use(words)).rejects.toMatchObject({ code: 'LEND_REFUSED' })
    await seenBy(pool, 'ada')
    expect(await seenBy(pool, '')).toEqual([])
  })
})

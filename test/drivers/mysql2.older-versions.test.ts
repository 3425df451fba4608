// What older versions of mysql2 lack, the driver has itself, or can do without.

import type { RowDataPacket } from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { isFatal } from '../../src/db/mysql2/driver/fatal.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlDriver } from '../support/mysql-driver.js'

const { signal } = new AbortController()

interface Core {
  readonly reset?: unknown
  readonly _statements: { readonly size: number }
}

describe.skipIf(mariadbMissing())('with a mysql2 that has no connection.reset()', () => {
  const { open } = useMysqlDriver()

  it.each([false, true])('resetOnRelease resets the session, with compress: %s', async compress => {
    const { driver, connection } = await open({ resetOnRelease: true, compress })
    const { connection: core } = connection as unknown as { connection: Core }
    Object.defineProperty(core, 'reset', { value: undefined })
    const { threadId } = connection
    await connection.execute('SELECT ?', [1])
    await connection.query('SET @left = 1, time_zone = "+05:00"')
    await driver.reset?.(connection, { signal })
    expect(core._statements.size).toBe(0)
    const [rows] = await connection.query<RowDataPacket[]>('SELECT @left AS l, @@time_zone AS zone')
    expect(rows).toEqual([{ l: null, zone: 'SYSTEM' }])
    expect((await connection.execute('SELECT ? AS n', [2]))[0]).toEqual([{ n: 2 }])
    expect(connection.threadId).toBe(threadId)
    expect(driver.isUsable?.(connection)).toBe(true)
  })

  it('a reset that the server refuses is an error', async () => {
    const { driver, connection } = await open({ resetOnRelease: true })
    const { connection: core } = connection as unknown as { connection: Core }
    Object.defineProperty(core, 'reset', { value: undefined })
    const reset = driver.reset?.(connection, { signal })
    driver.destroy(connection)
    await expect(reset).rejects.toThrow()
  })
})

describe("an error that a promise of an older mysql2 copied, without its 'fatal',", () => {
  const copyOf = (code: string): Error =>
    Object.assign(new Error(code), {
      ...{ code, errno: undefined, sql: undefined, sqlState: undefined, sqlMessage: undefined },
    })

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'PROTOCOL_CONNECTION_LOST'])('is fatal for %s', code => {
    expect(isFatal(copyOf(code))).toBe(true)
  })

  it("is not mistaken for another library's, nor an SQL error for it", () => {
    expect(isFatal(Object.assign(new Error('an HTTP request'), { code: 'ECONNRESET' }))).toBe(false)
    expect(isFatal(copyOf('ER_NO_SUCH_TABLE'))).toBe(false)
  })
})

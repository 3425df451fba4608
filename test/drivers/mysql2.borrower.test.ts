// What a borrower does to the client itself: listeners that it hung on it, and that it ended, destroyed or paused it.

import type { Connection as CallbackConnection } from 'mysql2'
import type { Connection } from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlDriver } from '../support/mysql-driver.js'

const coreOf = (connection: Connection): CallbackConnection =>
  (connection as unknown as { connection: CallbackConnection }).connection

describe.skipIf(mariadbMissing())('a borrower of a MySQL connection', () => {
  const { open } = useMysqlDriver()

  it('hears nothing once it has given the connection back, on either face', async () => {
    const { driver, connection } = await open()
    const heard: string[] = []
    const before = [connection.eventNames().length, coreOf(connection).eventNames().length]
    for (let loan = 0; loan < 30; loan++) {
      connection.on('error', () => heard.push('error'))
      connection.on('drain', () => heard.push('drain'))
      coreOf(connection).on('end', () => heard.push('end'))
      coreOf(connection).on('drain', () => heard.push('drain'))
      expect(driver.isUsable?.(connection)).toBe(true)
    }
    expect([connection.eventNames().length, coreOf(connection).eventNames().length]).toEqual(before)
    coreOf(connection).emit('drain')
    await driver.close(connection)
    expect(heard).toEqual([])
  })

  it('leaves the listeners of connect time, even if it removed them', async () => {
    const heard: string[] = []
    const { driver, connection, lost } = await open({
      onConnect: connection => {
        connection.on('drain', () => heard.push('face'))
        coreOf(connection as Connection).on('drain', () => heard.push('core'))
        connection.once('enqueue', () => heard.push('once'))
      },
    })
    const core = coreOf(connection)
    core.emit('enqueue')
    connection.on('drain', () => heard.push('borrower'))
    expect(driver.isUsable?.(connection)).toBe(true)
    core.emit('drain')
    expect(heard.sort()).toEqual(['core', 'face', 'once'])

    connection.removeAllListeners()
    core.removeAllListeners()
    expect(driver.isUsable?.(connection)).toBe(true)
    heard.length = 0
    core.emit('drain')
    core.emit('enqueue')
    expect(heard.sort()).toEqual(['core', 'face'])
    core.emit('error', new Error('on the wire')) // the pool's own listener is there again
    expect(lost).toHaveLength(1)
  })

  it('finds the listeners of onConnect once, however often the session was reset', async () => {
    let heard = 0
    const { driver, connection } = await open({
      resetOnRelease: true,
      onConnect: connection => void connection.on('drain', () => heard++),
    })
    for (let loan = 0; loan < 3; loan++)
      await driver.reset?.(connection, { signal: new AbortController().signal })
    coreOf(connection).emit('drain')
    expect(heard).toBe(1)
  })

  it.each<[string, (connection: Connection) => unknown]>([
    ['ended it', connection => void connection.end()],
    [
      'ended it behind a query',
      connection => {
        connection.query('DO 1').catch(() => {})
        void connection.end()
      },
    ],
    ['destroyed it', connection => connection.destroy()],
    ['paused it', connection => connection.pause()],
    ['ended its core', connection => coreOf(connection).end()],
    ['paused its socket', connection => socketOf(connection).pause()],
    ['ended its socket', connection => socketOf(connection).end()],
  ])('that %s leaves it unusable', async (_, act) => {
    const { driver, connection } = await open()
    expect(driver.isUsable?.(connection)).toBe(true)
    await act(connection)
    expect(driver.isUsable?.(connection)).toBe(false)
    expect(driver.needsReset?.(connection)).toBe(true)
    await expect(driver.reset?.(connection, { signal: new AbortController().signal })).rejects.toThrow()
  })

  it('that asked for a time limit longer than timers know is not refused at once', async () => {
    const { connection } = await open()
    await connection.query({ sql: 'SELECT SLEEP(0.05)', timeout: 2 ** 31 })
  })
})

function socketOf(connection: Connection): NodeJS.ReadableStream & { end(): void } {
  return (coreOf(connection) as unknown as { stream: NodeJS.ReadableStream & { end(): void } }).stream
}

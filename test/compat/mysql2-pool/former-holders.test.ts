// While the pool prepares or resets a connection that no caller holds, its former holder asks nothing of it.

import type { PoolConnection } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { outside } from '../../../src/core/outside.js'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'

describe.skipIf(mariadbMissing())('a former holder', () => {
  const { create, borrow } = useMysqlPool()

  const ask = (connection: PoolConnection, sql: string): Promise<string> =>
    new Promise(resolve => {
      connection.query(sql, error => resolve(error === null ? 'answered' : 'refused'))
    })

  it.each(['onLend', 'onReturn', 'onConnect'] as const)(
    'is refused while %s runs, which itself may ask',
    async hook => {
      let former: PoolConnection | undefined
      const answers: string[] = []
      const pool = create({
        connectionLimit: 1,
        resetOnRelease: true,
        statepool: {
          [hook]: async (connection: PoolConnection | undefined) => {
            if (connection === undefined || former === undefined) return
            const asking = ask(connection, 'SELECT 1')
            await outside(async () => answers.push(await ask(former as PoolConnection, 'SELECT 2')))
            answers.push(await asking, await ask(connection, 'SELECT 3'))
          },
        },
      })
      former = undefined
      const connection = await borrow(pool)
      former = connection
      connection.release()
      ;(await borrow(pool)).release()
      expect(answers.slice(0, 3)).toEqual(['refused', 'answered', 'answered'])
    },
  )

  it('is refused while a `connection` listener prepares the connection again, and while the pool resets it', async () => {
    const answers: Promise<string>[] = []
    let former: PoolConnection | undefined
    const pool = create({ connectionLimit: 1, resetOnRelease: true })
    pool.on('connection', connection => {
      if (former !== undefined) outside(() => answers.push(ask(former as PoolConnection, 'SET @stolen = 1')))
      connection.query('SET @ready = 1')
    })
    former = await borrow(pool)
    await ask(former, 'SET @used = 1')
    former.release()
    answers.push(ask(former, 'SET @stolen = 1'))
    await new Promise(resolve => setImmediate(resolve))
    answers.push(ask(former, 'SET @stolen = 1'))
    const connection = await borrow(pool)
    expect(connection).toBe(former)
    const [rows] = await connection.promise().query('SELECT @ready AS ready, @stolen AS stolen')
    expect(rows).toEqual([{ ready: 1, stolen: null }])
    connection.release()
    expect(await Promise.all(answers)).toEqual(['refused', 'refused', 'refused'])
  })

  it.each(['pause', 'release', 'destroy', 'end', 'close', 'resume', 'on', Symbol.dispose])(
    'of the promise face does nothing to the next one by %s of its connection with callbacks',
    async method => {
      const pool = create({ connectionLimit: 1 }).promise()
      const former = await pool.getConnection()
      const { connection } = former as unknown as { connection: PoolConnection }
      former.release()
      const next = await pool.getConnection()
      const late = (former as unknown as { connection: PoolConnection }).connection
      const heard: unknown[] = []
      Reflect.apply(Reflect.get(late, method), late, ['end', () => heard.push(method)])
      const [rows] = await next.query('SELECT 1 AS one')
      expect(rows).toEqual([{ one: 1 }])
      expect(connection.listeners('end').length).toBe(late.listenerCount('end'))
      expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 1 })
      next.release()
    },
  )

  it.each(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const)(
    'of the promise face hears nothing of the next one by %s()',
    async method => {
      const pool = create({ connectionLimit: 1 }).promise()
      const former = await pool.getConnection()
      const heard: string[] = []
      former[method]('drain', () => heard.push('while it was leased'))
      former.release()
      former.on('end', () => heard.push('early'))
      const next = await pool.getConnection()
      const { connection } = next as unknown as { connection: PoolConnection }
      const before = connection.eventNames()
      expect(former[method]('drain', () => heard.push('late'))).toBe(former)
      expect(connection.eventNames()).toEqual(before)
      connection.emit('drain')
      connection.emit('end')
      next.release()
      expect(heard).toEqual([])
    },
  )
})

// What programs and metrics read of mysql2's pool, and what they change while it runs, in the drop-in as there.

import { tracingChannel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import mysql2, { type Pool } from 'mysql2'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPool as createPromisePool } from '../../src/db/mysql2/promise.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlPool } from '../support/mysql-pool.js'
import { until } from '../support/until.js'

interface List {
  readonly length: number
  get(index: number): unknown
  toArray(): unknown[]
}

function lists(pool: Pool): { all: List; free: List; queue: List } {
  const { _allConnections, _freeConnections, _connectionQueue } = pool as unknown as Record<string, List>
  return { all: _allConnections as List, free: _freeConnections as List, queue: _connectionQueue as List }
}

function lengths(pool: Pool): number[] {
  const { all, free, queue } = lists(pool)
  return [all.length, free.length, queue.length]
}

describe.skipIf(mariadbMissing())("what is read of mysql2's pool, in the drop-in", () => {
  const dropIn = useMysqlPool()
  const { create, borrow } = dropIn
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('_allConnections, _freeConnections and _connectionQueue are as long as in mysql2', async () => {
    const ours = create({ connectionLimit: 2 })
    const theirs = mysql2.createPool({ ...dropIn.threads.config, connectionLimit: 2 })
    const seen = await Promise.all(
      [ours, theirs].map(async pool => {
        const steps = [lengths(pool)]
        const three = [1, 2, 3].map(() => borrow(pool as typeof ours))
        const [first, second] = await Promise.all(three.slice(0, 2))
        steps.push(lengths(pool))
        first?.release()
        const third = await three[2]
        steps.push(lengths(pool))
        second?.release()
        steps.push(lengths(pool))
        expect(lists(pool).free.get(0)).toBe(second)
        expect(lists(pool).all.toArray()).toContain(third)
        third?.release()
        steps.push(lengths(pool))
        return steps
      }),
    )
    await theirs.promise().end()
    expect(seen[0]).toEqual(seen[1])
    await ours.promise().end()
    expect(lengths(ours)).toEqual([0, 0, 0])
  })

  it('a burst of 10 opens 10 connections', async () => {
    const pool = create()
    await Promise.all(Array.from({ length: 10 }, () => pool.promise().query('SELECT 1')))
    await until(() => pool.statepool.stats().opened === 10, 'all ten are open')
  })

  it('config.connectionLimit can be raised and lowered while the pool runs', async () => {
    const pool = create({ connectionLimit: 1 })
    const first = await borrow(pool)
    const waiting = borrow(pool)
    pool.config.connectionLimit = 2
    const second = await waiting
    expect(pool.config.connectionLimit).toBe(2)
    pool.config.connectionLimit = 1
    first.release()
    second.release()
    await until(() => pool.statepool.stats().total === 1, 'one is closed')
  })

  it('connections beyond maxIdle are closed within a second or two, those that were idle for longest', async () => {
    const pool = create({ connectionLimit: 3, maxIdle: 1 })
    const connections = await Promise.all([borrow(pool), borrow(pool), borrow(pool)])
    for (const connection of connections) connection.release()
    expect(lengths(pool)).toEqual([3, 3, 0])
    await until(() => lists(pool).all.length === 1, 'one is left')
    expect(lists(pool).free.toArray()).toEqual([connections[2]])
  })

  it('a copy of a configuration has the password, so that a control connection can be made of it; a print has not', async () => {
    const pool = create({ user: 'root', password: 'hunter2' })
    const { connectionConfig } = pool.config as unknown as { connectionConfig: { password: string } }
    expect({ ...connectionConfig }.password).toBe('hunter2')
    expect(inspect(pool, { depth: 20, showHidden: false })).not.toContain('hunter2')
    const { pool: _itself, ...rest } = connectionConfig as { password: string; pool?: unknown }
    expect(Object.keys(rest)).toContain('password')
    const open = create()
    const connection = await borrow(open)
    const copy = { ...connection.config, pool: undefined }
    expect(copy).toMatchObject({ user: dropIn.threads.config.user })
    const control = mysql2.createConnection(copy as mysql2.ConnectionOptions)
    await control.promise().query(`KILL QUERY ${connection.threadId}`)
    control.destroy()
    connection.release()
  })

  it('destroy() lets the query under way come to its end, if that is soon, and no other one', async () => {
    const ours = create({ connectionLimit: 1 })
    const theirs = mysql2.createPool({ ...dropIn.threads.config, connectionLimit: 1 })
    const outcome = async (pool: Pool): Promise<unknown> => {
      const connection = await borrow(pool as typeof ours)
      const { threadId } = connection
      const answer = new Promise(resolve => {
        connection.query('SELECT SLEEP(0.05) AS slept', (error, rows) => resolve(error?.code ?? rows))
      })
      connection.destroy()
      const refused = await new Promise(resolve => connection.query('SELECT 1', error => resolve(error)))
      const isGone = 'SELECT COUNT(*) AS count FROM information_schema.processlist WHERE id = ?'
      const told = await answer
      await until(async () => {
        const [row] = await dropIn.threads.ask(isGone, [threadId])
        return Number(row?.count) === 0
      }, 'the server has closed it')
      return [told, refused instanceof Error]
    }
    // The pool has only so much patience: on a busy machine it may be too short once, and not each time.
    const told = [await outcome(ours), await outcome(ours), await outcome(ours)]
    expect(told).toContainEqual(await outcome(theirs))
    await theirs.promise().end()
  })

  it('unknown options are ignored with the warning of mysql2; one of the pool underneath gets a hint', async () => {
    const complain = vi.spyOn(console, 'error').mockImplementation(() => {})
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const pool = create({ acquireTimeout: 5_000, secret: 'hunter2' } as object)
    const options = { ...dropIn.threads.config, acquireTimeout: 5_000, secret: 'hunter2' }
    const said = complain.mock.calls.splice(0)
    await mysql2
      .createPool(options as mysql2.PoolOptions)
      .promise()
      .end()
    expect(said).toEqual(complain.mock.calls)
    expect(said.length).toBe(2)
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      'createPool ignores acquireTimeout, an option of the underlying pool: use statepool: { acquireTimeout: … }.\n  See statepool/docs/errors.md#statepool_option',
    ])
    await pool.promise().query('SELECT 1')
    expect(complain.mock.calls.length).toBe(2)
  })

  it.each([null, undefined, class Own<T> extends Promise<T> {}])(
    'takes Promise: %o as mysql2 does',
    async given => {
      const pool = createPromisePool({ ...dropIn.threads.config, Promise: given })
      const asked = pool.getConnection()
      expect(asked).toBeInstanceOf(given ?? Promise)
      ;(await asked).release()
      expect(pool.query('SELECT 1')).toBeInstanceOf(given ?? Promise)
      await pool.end()
    },
  )

  it('publishes getConnection() to mysql2:pool:connect', async () => {
    const seen: unknown[] = []
    const subscribers = {
      start: (message: object) => seen.push({ ...message }),
      end() {},
      asyncStart: () => seen.push('done'),
      asyncEnd() {},
      error() {},
    }
    const channel = tracingChannel('mysql2:pool:connect')
    channel.subscribe(subscribers)
    const pool = create()
    ;(await borrow(pool)).release()
    channel.unsubscribe(subscribers)
    expect(seen).toEqual([expect.objectContaining({ serverAddress: expect.any(String) }), 'done'])
  })
})

// pg-promise on the drop-in Pool.

import pgPromise from 'pg-promise'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Pool } from '../../../../src/db/pg/index.js'
import { databaseOn, onPgPromise } from './on-pg-promise.js'
import { useStage } from './stage.js'
import { tellStories } from './stories.js'

const stage = useStage('pg_promise_pet')

// It says on the console that a lost client was ended.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

tellStories(stage, onPgPromise)

it('makes its pool from what it is told to connect to, when pgp.pg.Pool is the drop-in', async () => {
  const pgp = pgPromise({ noWarnings: true })
  Object.assign(pgp, { pg: Object.create(pgp.pg, { Pool: { value: Pool } }) })
  const db = pgp({ ...stage.backends.config, max: 2 } as object)
  expect(await db.one('SELECT 42 AS answer')).toEqual({ answer: 42 })
  expect(db.$pool).toBeInstanceOf(Pool)
  expect(await stage.backends.count()).toBe(1)
  await db.$pool.end()
  expect(await stage.backends.count()).toBe(0)
  await expect(db.any('SELECT 1')).rejects.toThrow('pool of the database object has been destroyed')
})

it('nested transactions are savepoints on the one client of the outer one', async () => {
  const pool = stage.pool({ max: 1 })
  const db = databaseOn(pool)
  const insert = `INSERT INTO ${stage.table} VALUES ($1, $2)`
  await db.tx(async outer => {
    await outer.none(insert, [1, 'Rex'])
    const inner = outer.tx(async nested => {
      await nested.none(insert, [2, 'Max'])
      throw new Error('not like this')
    })
    await expect(inner).rejects.toThrow('not like this')
  })
  expect(await db.map(`SELECT * FROM ${stage.table}`, [], row => row.name)).toEqual(['Rex'])
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('a task runs all its queries on one client, and gives it back when it fails', async () => {
  const pool = stage.pool({ max: 2 })
  const db = databaseOn(pool)
  const pid = 'SELECT pg_backend_pid() AS pid'
  const [first, second] = await db.task(task => task.batch([task.one(pid), task.one(pid)]))
  expect(first).toEqual(second)
  const failed = db.task(task => task.one('SELECT * FROM no_such_table'))
  await expect(failed).rejects.toMatchObject({ code: '42P01' })
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('a shared connection is leased until done(), and closed by done(true)', async () => {
  const pool = stage.pool({ max: 1 })
  const db = databaseOn(pool)
  const connection = await db.connect()
  expect(await connection.one('SELECT 1 AS one')).toEqual({ one: 1 })
  expect(pool.statepool.stats()).toMatchObject({ busy: 1 })
  connection.done()
  const other = await db.connect()
  other.done(true)
  expect(await db.one('SELECT 1 AS one')).toEqual({ one: 1 })
  expect(pool.statepool.stats()).toMatchObject({ opened: 2, busy: 0 })
})

it('counts the loans of a client, so that its connect event can tell a new one', async () => {
  const pool = stage.pool({ max: 1 })
  const counts: number[] = []
  const pgp = pgPromise({ noWarnings: true, connect: ({ useCount }) => void counts.push(useCount) })
  function Given(): Pool {
    return pool
  }
  Object.assign(pgp, { pg: Object.create(pgp.pg, { Pool: { value: Given } }) })
  const db = pgp({})
  for (let i = 0; i < 3; i++) await db.any('SELECT 1')
  expect(counts).toEqual([0, 1, 2])
})

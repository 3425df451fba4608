// Node can lose itself in the end of a thread: it waits for its compiler, which waits for it (nodejs/node#54918), and there is no 'exit'.
// What counts is that SQLite has let go of the file, and the thread says so itself.

import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import { createPool } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'
import { until } from '../support/until.js'

/** No thread that starts in the test is seen to exit. */
const neverExits = (worker: Worker): void => {
  const { emit } = worker
  worker.emit = (name: string | symbol, ...given: unknown[]) =>
    name !== 'exit' && emit.call(worker, name, ...given)
}
beforeEach(() => void process.on('worker', neverExits))
afterEach(() => void process.off('worker', neverExits))

const context = () => ({ signal: new AbortController().signal, onLost() {} })

it('is ended for its driver: a destroyed or closed connection lets go, and its place is free', async () => {
  const driver = sqlite({ filename: await fileForTest() })
  for (let i = 0; i < 6; i++) {
    const connection: SqliteConnection = await driver.connect(context())
    await driver.destroy(connection)
    expect(driver.destroy(connection), 'it has ended').toBeUndefined()
  }
  await driver.close(await driver.connect(context()))
})

it.each([0, 2, 8])(
  'leaves nothing behind when its connect is aborted after %i turns of the loop',
  async turns => {
    const driver = sqlite({ filename: await fileForTest() })
    for (let i = 0; i < 4; i++) {
      const controller = new AbortController()
      const outcome = driver.connect({ ...context(), signal: controller.signal })
      for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve))
      controller.abort(new Error('no longer wanted'))
      await outcome.then(
        connection => driver.destroy(connection),
        error => expect(error).toMatchObject({ message: 'no longer wanted' }),
      )
    }
    const connects = () =>
      driver
        .connect(context())
        .then(driver.destroy)
        .then(
          () => true,
          () => false,
        )
    await until(connects, 'the driver has room: those that were aborted have let go')
  },
)

it('frees its slot in the pool, and lets the pool close', async () => {
  const pool = createPool(sqlite({ filename: await fileForTest() }), {
    max: 1,
    closeTimeout: Number.POSITIVE_INFINITY,
    acquireTimeout: Number.POSITIVE_INFINITY,
  })
  for (let i = 0; i < 3; i++) (await pool.acquire()).destroy()
  expect(await pool.use(connection => connection.get('SELECT 1 AS one'))).toEqual({ one: 1 })
  await pool.close()
  expect(pool.stats()).toMatchObject({ state: 'closed', total: 0 })
})

// Scene 2: the two ways to lease that always release.

import type { Scene } from '../stage.js'

export const use: Scene = {
  title: 'use() and await using',
  shows: 'The pool releases the connection for you, and no caller inherits what another one left open.',

  async play(stage) {
    const { terminal } = stage
    await using pool = stage.open(stage.database, { min: 1, max: 1 })
    await pool.ready()

    const answer = await pool.use(async client => {
      terminal.step('pool.use(async client => …) has leased the only connection to its callback')
      terminal.stats(pool.stats())
      return (await client.query("select current_date - date ('1996-07-08') as days")).rows[0].days
    })
    terminal.step(
      `the callback returned ${answer} (days since PostgreSQL got its name), and the connection is back`,
    )
    terminal.stats(pool.stats())
    await stage.beat()

    {
      await using lease = await pool.acquire()
      terminal.step(`await using lease = await pool.acquire() has leased ${lease.connectionId} to a block`)
      terminal.stats(pool.stats())
    }
    terminal.step('the block has ended, and the connection is back')
    terminal.stats(pool.stats())
    await stage.beat()

    await pool
      .use(async client => {
        await client.query('begin')
        await client.query('create temporary table draft (note text)')
        throw new Error('a bug in the middle of a transaction')
      })
      .catch((error: Error) =>
        terminal.step(`a callback that had begun a transaction threw: ${error.message}`),
      )
    const left = await pool.use(async client => {
      return (await client.query("select to_regclass('pg_temp.draft') as draft")).rows[0].draft
    })
    terminal.step(
      left === null
        ? 'the next borrower got the same connection, and the transaction had been rolled back'
        : 'the next borrower found the transaction open',
    )
    terminal.stats(pool.stats())
    terminal.lesson(
      'Prefer pool.use() and await using to acquire() and release(): they always release, and the pool rolls back an open transaction before another caller gets the connection.',
    )
  },
}

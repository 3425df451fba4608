// Scene 4: all connections are leased, and what the pool says about it.

import { setTimeout as pause } from 'node:timers/promises'
import { AcquireTimeoutError } from '../../src/index.js'
import { duration } from '../format.js'
import { timed } from '../measure.js'
import type { Scene } from '../stage.js'

export const exhaustion: Scene = {
  title: 'Exhaustion',
  shows: 'When every connection is leased, an acquire waits, and explains why if it times out.',

  async play(stage) {
    const { terminal } = stage
    await using pool = stage.open(stage.database, { min: 2, max: 2 })
    await pool.ready()
    await using first = await pool.acquire()
    await using second = await pool.acquire()
    terminal.step(`${first.connectionId} and ${second.connectionId} are leased: the pool is exhausted`)
    terminal.stats(pool.stats())
    await stage.beat()

    terminal.step('pool.acquire({ timeout: 500 }) waits …')
    try {
      await pool.acquire({ timeout: 500 })
      throw new Error('The third acquire got a third connection of two.')
    } catch (error) {
      if (!(error instanceof AcquireTimeoutError)) throw error
      terminal.step('… and throws this error:')
      terminal.error(error)
    }
    terminal.stats(pool.stats())
    await stage.beat()

    terminal.step('the same again, but this time the first lease is released while it waits')
    const third = pool.acquire({ timeout: 5_000 })
    terminal.stats(pool.stats())
    const waited = timed(async () => third)
    await pause(250)
    first.release()
    await using lease = await third
    terminal.step(`acquire() got ${lease.connectionId} after ${duration(await waited)}`)
    terminal.stats(pool.stats())
    terminal.lesson(
      'A timeout says who holds the connections, for how long, and what to do. It costs no connection.',
    )
  },
}

// Scene 1: a connection is leased, used and released.

import { duration, times } from '../format.js'
import { median } from '../measure.js'
import type { Scene } from '../stage.js'

export const acquire: Scene = {
  title: 'Acquire and release',
  shows: 'A pool opens connections once and leases them many times.',

  async play(stage) {
    const { terminal } = stage
    const opening: number[] = []
    const start = performance.now()
    await using pool = stage.open(stage.database, { min: 2, max: 4 })
    pool.events$.subscribe(event => {
      if (event.type === 'connection.ready') opening.push(event.took)
    })
    terminal.step('createPool(postgres(url), { min: 2, max: 4 }) starts to open two connections')
    await pool.ready()
    terminal.step(`ready() after ${duration(performance.now() - start)}`)
    terminal.stats(pool.stats())
    await stage.beat()

    const first = await pool.acquire()
    terminal.step(`acquire() leases ${first.connectionId}`)
    const { rows } = await first.connection.query('select 6 * 7 as answer, pg_backend_pid() as pid')
    terminal.step(`select 6 * 7 is ${rows[0].answer}, says PostgreSQL's process ${rows[0].pid}`)
    terminal.stats(pool.stats())
    await stage.beat()

    first.release()
    terminal.step(`release() makes ${first.connectionId} idle again`)
    terminal.stats(pool.stats())
    await stage.beat()

    const second = await pool.acquire()
    const again = await second.connection.query('select pg_backend_pid() as pid')
    terminal.step(`acquire() leases ${second.connectionId}: the same process ${again.rows[0].pid} again`)
    second.release()
    await stage.beat()

    for (let round = 0; round < 10; round++) (await pool.acquire()).destroy()
    terminal.step('destroy(), ten times: each closes its connection, and the pool opens another to keep min')
    terminal.stats(pool.stats())

    const borrowing: number[] = []
    for (let round = 0; round < 1_000; round++) {
      const start = performance.now()
      const lease = await pool.acquire()
      lease.release()
      borrowing.push(performance.now() - start)
    }
    const [open, borrow] = [median(opening), median(borrowing)]
    terminal.lesson(
      `To open a connection took ${duration(open)}. To borrow one and give it back took ${duration(borrow)} (the median of 1,000 times).`,
    )
    stage.findings.push({
      what: 'To get a connection',
      without: duration(open),
      pooled: duration(borrow),
      ratio: times(open / borrow),
    })
  },
}

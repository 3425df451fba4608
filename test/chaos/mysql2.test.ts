// What networks do to connections to MariaDB: errors to queries under way, at most one for each connection, and to nobody else.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLoad } from '../../chaos/load.js'
import { type Outcome, sortFailures } from '../../chaos/outcome.js'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'
import { max, mysqlContenders } from '../support/mysql-contenders.js'
import { patience } from '../support/patience.js'
import { until } from '../support/until.js'

const workers = 6
const work = { sql: 'SELECT ? AS number, SLEEP(0.01)', rest: 0 }

interface Fault {
  readonly title: string
  strike(proxy: FaultProxy): unknown
  /** In milliseconds; then the network is as it was. */
  readonly lasts: number
}

const faults: readonly Fault[] = [
  { title: 'all connections are reset', strike: proxy => proxy.reset(), lasts: 0 },
  {
    title: 'all connections are reset, and connects are refused for a while',
    async strike(proxy) {
      await proxy.refuse()
      proxy.reset()
    },
    lasts: 500,
  },
  {
    title: 'all connections are reset, and connects are accepted and not answered for a while',
    strike(proxy) {
      proxy.mute()
      proxy.reset()
    },
    lasts: 500,
  },
  {
    title: 'the network stands still for longer than queries wait',
    strike: proxy => proxy.freeze(),
    lasts: 1_600,
  },
  {
    title: 'the server’s side is gone and nobody says so',
    strike: proxy => proxy.halfOpen('server'),
    lasts: 0,
  },
  {
    title: 'the client’s side is gone and the server learns of it later',
    strike: proxy => proxy.halfOpen('client'),
    lasts: 500,
  },
]

describe.skipIf(mariadbMissing()).each(Object.entries(mysqlContenders))('%s survives:', (_, open) => {
  let threads: Threads
  beforeAll(async () => {
    threads = await watchThreads()
  })
  afterAll(() => threads.stop())

  async function play({
    strike,
    lasts,
  }: Fault): Promise<
    Pick<Outcome, 'inFlight' | 'others' | 'acquireErrors' | 'errors' | 'mistaken' | 'recovery'>
  > {
    const proxy = await startFaultProxy(threads.config)
    const pool = open({ ...threads.config, host: proxy.host, port: proxy.port })
    const load = startLoad(pool, workers, work)
    try {
      await load.recovery(patience)
      const struck = performance.now()
      await strike(proxy)
      const blow = { struck, tookEffect: performance.now() }
      await pause(lasts)
      await proxy.pass()
      const recovery = await load.recovery(patience)
      expect(pool.total()).toBeLessThanOrEqual(max)
      return { ...sortFailures(load.failures, [blow]), mistaken: load.mistaken, recovery }
    } finally {
      await load.stop()
      await pool.close()
      await until(async () => (await threads.count()) === 0, 'no thread is left')
      await proxy.close()
    }
  }

  it.each(faults)('$title', async fault => {
    const outcome = await play(fault)
    const what = JSON.stringify(outcome, null, 2)
    expect(outcome.recovery, what).toBeLessThan(patience)
    expect(outcome.inFlight, what).toBeGreaterThan(0) // it did strike
    expect(outcome.inFlight + outcome.others, what).toBeLessThanOrEqual(max)
    expect([outcome.acquireErrors, outcome.mistaken], what).toEqual([0, 0])
  })
})

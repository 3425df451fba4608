// A line of 100,000 waiters behind 10 lent connections, a tenth of whom give up from all over the line before it moves.
//
// Everybody has a deadline. Those who give up do so in one of two ways, measured apart: their deadline, 1 ms, is over before the
// line has been joined by all (generic-pool, lightning-pool, sequelize-pool, pg-pool), or they abort (tarn: the operation that
// its acquire returns). statepool does both; its callers abort by AbortSignal, whose own cost is in the measurement.

import { setImmediate as turn } from 'node:timers/promises'
import { Ledger, StubDatabase } from '../loan.js'
import { cpuClock } from '../measure.js'
import type { BenchPool, Marks } from '../peer.js'
import type { Reading, Scenario } from '../scenario.js'

const connections = 10
/** Whose turn comes before this is over, in milliseconds, gets a connection: all but those who give up. */
const patience = 600_000

const timingOut = [
  'statepool',
  'statepool (interpreted)',
  'generic-pool',
  'lightning-pool',
  'sequelize-pool',
  'pg-pool',
]
const aborting = ['statepool', 'statepool (interpreted)', 'tarn']

export const longLine: Scenario = {
  name: 'long-line',
  title: 'long line: 100,000 waiters on 10 connections, a tenth give up',
  metrics: {
    'long-line-timeout': { title: 'a waiter, a tenth timed out', unit: 'ns of CPU', better: 'lower' },
    'long-line-abort': { title: 'a waiter, a tenth aborted', unit: 'ns of CPU', better: 'lower' },
  },
  contestants: (peers, { quick }) =>
    peers.filter(
      peer =>
        (timingOut.includes(peer) || aborting.includes(peer)) &&
        !(quick && peer === 'statepool (interpreted)'),
    ),
  async prepare(peer, { quick }) {
    const pool = await peer.open(new StubDatabase(), {
      min: connections,
      max: connections,
      acquireTimeout: patience,
    })
    // Where giving up is a scan, a line of 100,000 takes many seconds: too many for the quick mode.
    const waiters = quick ? 10_000 : 100_000
    const measure = async (length: number) => {
      const readings: Reading[] = []
      if (timingOut.includes(peer.name))
        readings.push({ metric: 'long-line-timeout', value: await timeLine(pool, length, 'timeout') })
      if (aborting.includes(peer.name))
        readings.push({ metric: 'long-line-abort', value: await timeLine(pool, length, 'abort') })
      return readings
    }
    for (let warmUp = 0; warmUp < 4; warmUp++) await measure(2_000)
    return () => measure(waiters)
  },
}

type Way = 'timeout' | 'abort'

/** Nanoseconds of CPU time per waiter: joining, giving up, and serving all others. */
async function timeLine<C extends Marks>(pool: BenchPool<C>, waiters: number, way: Way): Promise<number> {
  const ledger = new Ledger()
  const giveUps = Math.ceil(waiters / 10)
  const abortables = way === 'abort' ? (pool.abortables?.(giveUps) ?? []) : []
  const lent = await Promise.all(Array.from({ length: connections }, () => pool.acquire()))
  let gaveUp = 0
  const refused = () => {
    gaveUp++
  }
  const granted = (held: unknown) => {
    const connection = pool.connectionOf(held)
    ledger.take(connection)
    ledger.give(connection)
    pool.release(held)
  }
  const stop = cpuClock()
  for (let index = 0; index < waiters; index++) {
    if (index % 10 !== 5) pool.acquire().then(granted)
    else if (way === 'timeout') pool.acquireWithin?.(1).then(granted, refused)
    else pool.acquireAbortable?.(abortables[(index - 5) / 10]?.token).then(granted, refused)
  }
  for (const one of abortables) one.abort()
  await until(() => gaveUp, giveUps, 'gave up')
  for (const held of lent) pool.release(held)
  await until(() => ledger.granted, waiters - giveUps, 'were served')
  const time = stop()
  ledger.check(waiters - giveUps)
  return time / waiters
}

/**
 * Waits until a count has got where it should; looks once in a turn of the event loop.
 * @throws Error when it stands still for a second.
 */
async function until(count: () => number, expected: number, what: string): Promise<void> {
  let last = count()
  let lastMove = performance.now()
  while (count() < expected) {
    await turn()
    const now = performance.now()
    if (count() !== last) {
      last = count()
      lastMove = now
    } else if (now - lastMove > 1_000) {
      throw new Error(`stuck: ${last} of ${expected} waiters ${what}`)
    }
  }
}

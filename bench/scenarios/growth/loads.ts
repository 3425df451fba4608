// The three loads whose cost per operation should not depend on a size: connections lent, callers waiting, connections opened.

import { setImmediate as turn } from 'node:timers/promises'
import { Ledger, type StubConnection, StubDatabase } from '../../loan.js'
import { calibrate, collect, cpuClock, timeBatches } from '../../measure.js'
import type { BenchPool, Peer } from '../../peer.js'
import type { Plan } from '../../scenario.js'

/** One load in two sizes; each run answers nanoseconds per operation. */
export interface Growth {
  few(): Promise<number>
  many(): Promise<number>
}

type Sizes = readonly [small: number, large: number]

/**
 * Half of the connections are lent. One more is acquired, then the one that has been lent for longest is released, round and round:
 * every connection is touched, and whatever is done for each lent or idle one would show.
 */
export async function connectionsLent(
  peer: Peer,
  { roundTime }: Plan,
  [small, large]: Sizes,
): Promise<Growth> {
  const batches = 5_000
  const sized = async (size: number) => {
    const pool = await peer.open(new StubDatabase(), { min: size, max: size })
    const ledger = new Ledger()
    const batch = async () => {
      const lent = await Promise.all(Array.from({ length: size / 2 }, () => pool.acquire()))
      for (const held of lent) ledger.take(pool.connectionOf(held))
      for (let index = 0; index < batches; index++) {
        const place = index % lent.length
        const held = await pool.acquire()
        ledger.take(pool.connectionOf(held))
        giveBack(pool, ledger, lent[place])
        lent[place] = held
      }
      for (const held of lent) giveBack(pool, ledger, held)
      ledger.check(batches + lent.length)
      return batches + lent.length
    }
    const count = await calibrate(batch, roundTime / 2)
    return () => timeBatches(batch, count)
  }
  return { few: await sized(small), many: await sized(large) }
}

function giveBack(pool: BenchPool<StubConnection>, ledger: Ledger, held: unknown): void {
  ledger.give(pool.connectionOf(held))
  pool.release(held)
}

/**
 * A line of waiters that stands and is then served to its end. Joining is not in the time, and the garbage of joining is collected
 * before it: what is measured is the cost of a waiter's turn, not of the memory that any line takes.
 */
export async function waiters(peer: Peer, _plan: Plan, [small, large]: Sizes): Promise<Growth> {
  const pool = await peer.open(new StubDatabase(), { min: 10, max: 10 })
  const ledger = new Ledger()
  const serve = (held: unknown) => {
    const connection = pool.connectionOf(held)
    ledger.take(connection)
    ledger.give(connection)
    pool.release(held)
  }
  const drain = async (length: number, clean: boolean): Promise<number> => {
    const lent = await Promise.all(Array.from({ length: 10 }, () => pool.acquire()))
    const line = new Array<Promise<void>>(length)
    for (let index = 0; index < length; index++) line[index] = pool.acquire().then(serve)
    if (clean) {
      await turn()
      collect()
    }
    const stop = cpuClock()
    for (const held of lent) pool.release(held)
    await line[length - 1]
    const time = stop()
    await Promise.all(line)
    ledger.check(length)
    return time
  }
  const many = async (length: number, lines: number, clean: boolean) => {
    let time = 0
    for (let index = 0; index < lines; index++) time += await drain(length, clean)
    return time / (length * lines)
  }
  await many(small, 2_000, false)
  await many(10_000, 3, true)
  return { few: () => many(small, 2_000, false), many: () => many(large, 1, true) }
}

/** Opening a pool of so many connections, all of them up, and closing it. */
export async function opening(peer: Peer, _plan: Plan, [small, large]: Sizes): Promise<Growth> {
  const once = async (size: number) => {
    const database = new StubDatabase()
    const pool = await peer.open(database, { min: size, max: size })
    await pool.close()
    if (database.opened !== size || database.open !== 0) {
      throw new Error(
        `${database.opened} of ${size} connections were opened; ${database.open} are open still.`,
      )
    }
  }
  const sized = (size: number, times: number) => async () => {
    const stop = cpuClock()
    for (let index = 0; index < times; index++) await once(size)
    return stop() / (size * times)
  }
  for (let warmUp = 0; warmUp < 5; warmUp++) await once(small)
  return { few: sized(small, 5), many: sized(large, 1) }
}

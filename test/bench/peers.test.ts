// Each pool's adapter does what the scenarios rely on, whatever the pool behind it calls it.

import { describe, expect, test } from 'vitest'
import { StubDatabase } from '../../bench/loan.js'
import type { BenchPool, Peer } from '../../bench/peer.js'
import { peerNames, peers } from '../../bench/peers/index.js'

// statepool's adapters load the compiled package; test/bench/run.test.ts runs them. postgres.js and mysql2 need a server.
const loadable = peerNames.filter(
  name => !name.startsWith('statepool') && name !== 'postgres.js' && name !== 'mysql2',
)

describe.each(loadable)('%s', name => {
  const load = async (): Promise<Peer> => (await peers[name]?.()) as Peer

  test('has its minimum open when it is opened, and nothing open when it is closed', async () => {
    const database = new StubDatabase()
    const pool = await (await load()).open(database, { min: 3, max: 3 })
    expect(database.open).toBe(3)
    await pool.close()
    expect(database.open).toBe(0)
  })

  test('lends different connections, and never more than its maximum', async () => {
    const database = new StubDatabase()
    const pool = await (await load()).open(database, { min: 2, max: 2 })
    const lent = await Promise.all([pool.acquire(), pool.acquire()])
    expect(new Set(lent.map(held => pool.connectionOf(held))).size).toBe(2)
    const waiting = pool.acquire()
    pool.release(lent[0])
    const third = await waiting
    expect(pool.connectionOf(third)).toBe(pool.connectionOf(lent[0]))
    expect(database.most).toBe(2)
    pool.release(third)
    pool.release(lent[1])
    await pool.close()
  })

  test('refuses a caller who gives up, and serves the others', async () => {
    const pool = await (await load()).open(new StubDatabase(), { min: 1, max: 1, acquireTimeout: 60_000 })
    if (pool.acquireWithin === undefined && pool.acquireAbortable === undefined) return
    const first = await pool.acquire()
    const impatient = giveUp(pool)
    const patient = pool.acquire()
    await expect(impatient).rejects.toThrow()
    pool.release(first)
    pool.release(await patient)
    await pool.close()
  })
})

function giveUp(pool: BenchPool<{ lent: boolean }>): Promise<unknown> | undefined {
  if (pool.acquireWithin !== undefined) return pool.acquireWithin(1)
  const [abortable] = pool.abortables?.(1) ?? []
  const acquired = pool.acquireAbortable?.(abortable?.token)
  abortable?.abort()
  return acquired
}

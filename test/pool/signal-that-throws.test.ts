// A signal that cannot be listened to: only the operation that it was given to fails.
import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { SimulatedError } from '../../src/db/simulated/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

function deafSignal(): AbortSignal {
  const { signal } = new AbortController()
  signal.addEventListener = () => {
    throw new Error('no listeners here')
  }
  return signal
}

async function readyPool() {
  const parts = poolInSimulatedTime({ min: 1, max: 1 }, { queryLatency: 0 })
  await parts.clock.advance(100)
  return parts
}

it('rejects its own acquire, and no other', async () => {
  const { pool } = await readyPool()
  const lease = await pool.acquire()
  const first = watch(pool.acquire())
  const deaf = watch(pool.acquire({ signal: deafSignal() }))
  const last = watch(pool.acquire())
  await Promise.resolve()
  expect(deaf.error).toMatchObject({ code: 'ACQUIRE_ABORTED', cause: new Error('no listeners here') })
  expect(pool.stats().waiting).toBe(2)
  lease.release()
  await Promise.resolve()
  first.value?.release()
  await Promise.resolve()
  expect([first.state, last.state]).toEqual(['fulfilled', 'fulfilled'])
})

it('rejects its own transaction when that has to pause', async () => {
  const { pool, clock } = await readyPool()
  const conflict = new SimulatedError('40001', 'conflict', { fatal: false })
  const failing = (): never => {
    throw conflict
  }
  const transaction = watch(pool.transaction(failing, { retry: 3, signal: deafSignal() }))
  await clock.advance(1_000)
  expect(transaction.error).toEqual(new Error('no listeners here'))
  expect(pool.stats()).toMatchObject({ idle: 1, waiting: 0 })
})

it('one that cannot be let go of does no harm', async () => {
  const { pool } = await readyPool()
  const { signal } = new AbortController()
  signal.removeEventListener = () => {
    throw new Error('a listener for life')
  }
  const lease = await pool.acquire()
  const waiting = watch(pool.acquire({ signal }))
  lease.release()
  await Promise.resolve()
  expect(waiting.state).toBe('fulfilled')
})

it('twenty transactions that pause by one signal listen to it once', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 20, max: 20, random: () => 0.5 }, { queryLatency: 0 })
  await clock.advance(1_000)
  const { signal } = new AbortController()
  const conflict = new SimulatedError('40001', 'conflict', { fatal: false })
  let calls = 0
  const failingOnce = (): void => {
    if (++calls <= 20) throw conflict
  }
  const transactions = Array.from({ length: 20 }, () =>
    watch(pool.transaction(failingOnce, { retry: 1, signal })),
  )
  await clock.advance(5)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  await clock.advance(1_000)
  expect(transactions.map(({ state }) => state)).toEqual(transactions.map(() => 'fulfilled'))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

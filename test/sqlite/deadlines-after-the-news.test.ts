// SQLite's own deadlines, too, are judged after the news: what came while the event loop or the process stood still is in time.

import { MessageChannel } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import type { Host } from '../../src/db/sqlite/driver/host.js'
import { Leftovers } from '../../src/db/sqlite/driver/leftovers.js'
import { sqlite } from '../../src/db/sqlite/index.js'
import { waitForLocks } from '../../src/db/sqlite/worker/patience.js'
import { createPool } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'
import { endlessRows } from '../support/sqlite-statements.js'

const block = (time: number): void => {
  const end = performance.now() + time
  while (performance.now() < end);
}

const busy = (): never => {
  throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
}

const never = (): boolean => false

it('a thread left behind that has ended while the loop was blocked makes room', async () => {
  const leftovers = new Leftovers()
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const end = new Promise<void>(resolve => port1.once('message', resolve))
  for (const ends of [
    end,
    new Promise<void>(() => {}),
    new Promise<void>(() => {}),
    new Promise<void>(() => {}),
  ])
    leftovers.add({ ended: false, end: ends } as Host)
  const room = leftovers.room(new AbortController().signal)
  port2.postMessage('the thread has ended')
  block(1_200)
  await room
})

it('when none has ended, the connect is refused all the same', async () => {
  const leftovers = new Leftovers()
  for (let i = 0; i < 4; i++) leftovers.add({ ended: false, end: new Promise<void>(() => {}) } as Host)
  await expect(leftovers.room(new AbortController().signal)).rejects.toMatchObject({ code: 'SQLITE_BUSY' })
})

it('a lock that came free while the process was frozen is taken', () => {
  let attempts = 0
  const answer = waitForLocks(
    () => {
      if (++attempts > 1) return 'locked'
      block(300) // longer than the patience
      return busy()
    },
    100,
    never,
  )
  expect(answer).toBe('locked')
})

it('after a long freeze there is as much time as was lost, for who holds the lock stood still, too', () => {
  let attempts = 0
  const answer = waitForLocks(
    () => {
      if (++attempts > 5) return 'locked'
      block(attempts === 1 ? 1_000 : 20)
      return busy()
    },
    600,
    never,
  )
  expect(answer).toBe('locked')
})

it('a lock that never comes free is waited for no longer than asked, and not at all with a patience of 0', () => {
  let attempts = 0
  const attempt = (): never => {
    attempts++
    block(10)
    return busy()
  }
  expect(() => waitForLocks(attempt, 0, never)).toThrow('locked')
  expect(attempts).toBe(1)
  expect(() => waitForLocks(attempt, 100, never)).toThrow('locked')
  expect(attempts).toBeLessThanOrEqual(12)
})

it('rows that cross in several portions get the time back that the loop was blocked', async () => {
  const pool = createPool(sqlite({ filename: await fileForTest() }), { min: 1, max: 1 })
  try {
    const rows = await pool.use(async connection => {
      await connection.get('SELECT 1')
      const all = connection.all(`${endlessRows} LIMIT 3000`, [], { timeout: 1_000 })
      block(2_500)
      return all
    })
    expect(rows).toHaveLength(3_000)
  } finally {
    await pool.close({ timeout: 0 })
  }
})

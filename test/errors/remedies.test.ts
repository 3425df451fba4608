// What a driver knows of the remedy for a failed connect takes the place of the pool's general advice, wherever it is given.
import { expect, it } from 'vitest'
import { messageOf } from '../../src/core/wording.js'
import type { ConnectError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const open = (remedy: (error: unknown) => string | undefined, options = {}) => {
  const system = poolInSimulatedTime({ min: 0, max: 1, ...options }, {}, () => ({ remedy }))
  system.database.stop()
  return system
}

const general = 'heck that the database is up'

it('a connect error says the driver’s remedy instead of the general advice', async () => {
  const { pool, clock } = open(() => 'Put the disk back.', { min: 1 })
  const ready = watch(pool.ready())
  await clock.advance(100)
  const { message, remedy } = ready.error as ConnectError
  expect(message).toContain('. Put the disk back; the pool keeps trying.')
  expect(message).not.toContain(general)
  expect(remedy).toBe('Put the disk back.')
})

it('a caller who waited in vain, and one who may not wait, are told it, too', async () => {
  const { pool, clock } = open(() => 'Put the disk back.', { maxWaiting: 1 })
  const waiting = watch(pool.acquire({ timeout: 900 }))
  watch(pool.acquire({ timeout: 900 }))
  await clock.advance(100)
  const refused = watch(pool.acquire())
  await clock.advance(900)
  expect(messageOf(waiting.error)).toMatch(/What to do: put the disk back\.$/)
  expect(messageOf(refused.error)).toMatch(/ Put the disk back\.$/)
  for (const { error } of [waiting, refused]) expect((error as Error).message).not.toContain(general)
})

it('the driver is asked with its own error, and with none when the connect took too long', async () => {
  const asked: unknown[] = []
  const { pool, clock, database } = open(
    error => {
      asked.push(error)
      return 'Wait.'
    },
    { min: 1, connectTimeout: 1_000 },
  )
  const ready = watch(pool.ready())
  await clock.advance(100)
  expect(asked[0]).toBe((ready.error as Error).cause)
  database.start()
  database.change({ connectLatency: 60_000 })
  const waiting = watch(pool.acquire({ timeout: 5_000 }))
  await clock.advance(5_000)
  expect(asked.at(-1)).toBeUndefined()
  expect((waiting.error as Error).message).toContain('What to do: wait.')
})

it.each([
  ['knows none', () => undefined],
  ['gives an empty text', () => ''],
  ['gives no text', () => 7 as unknown as string],
  [
    'throws',
    () => {
      throw new Error('no idea')
    },
  ],
])('the general advice stands when the driver %s', async (_, remedy) => {
  const { pool, clock } = open(remedy, { min: 1 })
  const ready = watch(pool.ready())
  await clock.advance(100)
  expect((ready.error as Error).message).toContain(general)
})

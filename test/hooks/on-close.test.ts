// onClose: told of the end of each connection, when nothing can be done about it any more.

import { afterEach, expect, it, vi } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { catchWarnings } from '../support/process-warnings.js'

afterEach(() => void vi.restoreAllMocks())

it('it is told of each connection, why it ended, and with which error', async () => {
  const told: unknown[] = []
  const { pool, clock, database } = poolInSimulatedTime({
    name: 'watched',
    min: 1,
    max: 1,
    onClose: (connection, context) => void told.push([connection?.id, context]),
  })
  database.change({ connectFailureRate: 1 })
  await clock.advance(100)
  database.change({ connectFailureRate: 0 })
  await clock.advance(1_000)
  const [connection] = database.connections
  database.kill(connection as NonNullable<typeof connection>)
  await clock.advance(300)
  await clock.advance(0)
  const closing = watch(pool.close())
  await clock.advance(10)
  expect(closing.state).toBe('fulfilled')
  const common = { pool: 'watched', connection: 'connection-1' }
  expect(told).toEqual([
    [undefined, { ...common, reason: 'connect failed', error: expect.any(Error) }],
    [expect.any(Number), { ...common, reason: 'lost', error: expect.any(Error) }],
    [expect.any(Number), { ...common, reason: 'pool closing', error: undefined }],
  ])
})

it('neither what it throws nor what it rejects with ends anything', async () => {
  let calls = 0
  const { pool, clock } = poolInSimulatedTime({
    min: 1,
    max: 1,
    onClose: () => {
      if (++calls === 1) throw new Error('at once')
      return Promise.reject(new Error('later'))
    },
  })
  await clock.advance(100)
  const warnings = catchWarnings()
  for (let use = 0; use < 2; use++) {
    const acquiring = watch(pool.acquire())
    await clock.advance(100)
    acquiring.value?.destroy()
    await clock.advance(0)
  }
  expect(warnings.map(({ text }) => /onClose threw for connection-1: (.*?)\./.exec(text)?.[1])).toEqual([
    'at once',
    'later',
  ])
  expect(pool.stats().state).toBe('running')
})

it('a connect that the hook itself asks for waits its turn', async () => {
  let pool: ReturnType<typeof poolInSimulatedTime>['pool'] | undefined
  let again: ReturnType<typeof watch> | undefined
  const made = poolInSimulatedTime({
    min: 0,
    max: 1,
    onClose: () => {
      again ??= watch((pool as NonNullable<typeof pool>).acquire())
    },
  })
  pool = made.pool
  const first = watch(pool.acquire())
  await made.clock.advance(100)
  first.value?.destroy()
  await made.clock.advance(100)
  expect(again?.state).toBe('fulfilled')
})

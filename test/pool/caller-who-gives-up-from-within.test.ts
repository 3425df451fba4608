// An observer of the pool's actor runs in the middle of a hand-over; a caller who gives up there must not keep the connection.
import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('who aborts while the connection is on its way leaves it to the next one', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1 })
  const controller = new AbortController()
  pool.actor.subscribe(() => {
    if (pool.stats().opened === 1) controller.abort()
  })
  const first = watch(pool.acquire({ signal: controller.signal }))
  const second = watch(pool.acquire())
  await clock.advance(200)
  expect(first.error).toMatchObject({ code: 'ACQUIRE_ABORTED' })
  expect(second.state).toBe('fulfilled')
  expect(pool.stats()).toMatchObject({ busy: 1, acquired: 1, aborted: 1 })
  second.value?.release()
  expect(pool.stats()).toMatchObject({ busy: 0, idle: 1 })
})

it('a pool that is closed from there closes', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 1 })
  let closing: ReturnType<typeof watch<void>> | undefined
  pool.actor.subscribe(() => {
    if (pool.stats().opened === 1) closing ??= watch(pool.close())
  })
  const first = watch(pool.acquire())
  await clock.advance(200)
  expect(first.error).toMatchObject({ code: 'POOL_CLOSED' })
  expect(closing?.state).toBe('fulfilled')
  expect(database.open).toBe(0)
})

it('messages can be printed by an inspector, whoever waits', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  let printed = 0
  pool.inspect(event => {
    if (event.type === '@xstate.event') printed += JSON.stringify(event.event).length
  })
  const callers = [1, 2, 3].map(() => watch(pool.acquire({ timeout: 50 })))
  await clock.advance(100)
  expect(callers.map(({ state }) => state)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(printed).toBeGreaterThan(100)
})

it('who aborts there and was the only one leaves an idle connection', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1 })
  const controller = new AbortController()
  pool.actor.subscribe(() => {
    if (pool.stats().opened === 1) controller.abort()
  })
  const only = watch(pool.acquire({ signal: controller.signal }))
  await clock.advance(200)
  expect(only.error).toMatchObject({ code: 'ACQUIRE_ABORTED' })
  expect(pool.stats()).toMatchObject({ busy: 0, idle: 1, acquired: 0 })
  expect((await pool.acquire()).id).toBe(1)
})

it('who aborts from within the connect that is started for the call is told so', async () => {
  const controller = new AbortController()
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1 }, {}, driver => ({
    connect: context => {
      controller.abort()
      return driver.connect(context)
    },
  }))
  const asking = watch(pool.acquire({ signal: controller.signal }))
  await Promise.resolve()
  expect(asking.error).toMatchObject({ code: 'ACQUIRE_ABORTED' })
  expect(pool.stats()).toMatchObject({ waiting: 0, aborted: 1 })
  await clock.advance(200)
  expect(pool.stats()).toMatchObject({ idle: 1, acquired: 0 })
})

it.each(['subscribe', 'inspect'] as const)(
  'who aborts while the pool is told of the call (%s) is told so',
  async how => {
    const { pool } = poolInSimulatedTime({ min: 0, max: 1 })
    const controller = new AbortController()
    const abort = () => controller.abort()
    if (how === 'subscribe') pool.actor.subscribe(abort)
    else pool.inspect(abort)
    const asking = watch(pool.acquire({ signal: controller.signal }))
    await Promise.resolve()
    expect(asking.error).toMatchObject({ code: 'ACQUIRE_ABORTED' })
    expect(pool.stats()).toMatchObject({ waiting: 0, aborted: 1 })
  },
)

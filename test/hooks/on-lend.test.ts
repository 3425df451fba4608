// onLend: what the application does with a connection before a caller gets it, and how it refuses one.

import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import type { LendHookContext } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const one = { min: 1, max: 1 }

it('each caller gets a connection that was prepared for that caller, whichever way the connection came', async () => {
  const told: unknown[] = []
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    validateAfter: 500,
    onLend: (connection, { session }) => {
      told.push(session)
      return connection.query(`SET role = ${session}`)
    },
  })
  const first = watch(pool.acquire({ session: 'a new one' })) // on connect
  const second = watch(pool.acquire({ session: 'handed on' })) // from the holder before
  await clock.advance(110)
  expect([first.state, second.state]).toEqual(['fulfilled', 'pending'])
  first.value?.release()
  await clock.advance(30)
  expect([second.state, second.value?.connection.settings]).toEqual(['fulfilled', { role: 'handed' }])
  second.value?.release()
  await clock.advance(30)
  const third = watch(pool.acquire({ session: 'idle' }))
  await clock.advance(10)
  expect(third.value?.connection.settings).toEqual({ role: 'idle' })
  third.value?.release()
  await clock.advance(600)
  const fourth = watch(pool.acquire({ session: 'validated' }))
  await clock.advance(20)
  expect(fourth.value?.connection.settings).toEqual({ role: 'validated' })
  expect(told).toEqual(['a new one', 'handed on', 'idle', 'validated'])
})

it('it is told which connection of which pool it prepares, and for whom', async () => {
  const told: LendHookContext[] = []
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    name: 'hooked shop',
    onLend: (_, context) => void told.push(context),
  })
  await clock.advance(100)
  const session = Symbol('tenant')
  await pool.use(() => {}, { session })
  await pool.use(() => {})
  expect(told).toEqual([
    { pool: 'hooked shop', connection: 'connection-1', session, signal: expect.any(AbortSignal) },
    { pool: 'hooked shop', connection: 'connection-1', session: undefined, signal: expect.any(AbortSignal) },
  ])
})

it('a caller whose connection is being prepared is listed as one who is served', async () => {
  const { pool, clock } = poolInSimulatedTime({ ...one, onLend: () => new Promise(() => {}) })
  await clock.advance(100)
  watch(pool.acquire())
  await clock.advance(0)
  expect(pool.stats()).toMatchObject({ validating: 1, waiting: 0, busy: 0 })
  expect(pool.waiting()).toMatchObject([{ position: 0 }])
})

describe('a connection that it refuses', () => {
  it('is closed gracefully, and its caller, still first in the queue, gets another one', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ ...one, onLend: ({ id }) => id > 1 })
    const reasons: string[] = []
    pool.eventsOf('connection.closed').subscribe(({ reason }) => reasons.push(reason))
    await clock.advance(100)
    const first = watch(pool.acquire())
    const second = watch(pool.acquire())
    await clock.advance(120)
    expect([first.value?.connection.id, second.state]).toEqual([2, 'pending'])
    expect([reasons, database.peak]).toEqual([['lend refused'], 1])
  })

  it('is replaced by another idle one without a connect', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2, onLend: ({ id }) => id !== 2 })
    await clock.advance(100)
    const acquiring = watch(pool.acquire())
    await clock.advance(0)
    expect(acquiring.value?.connection.id).toBe(1)
  })

  it('by always refusing never ends in a loop of connects', async () => {
    const { pool, clock, database } = poolInSimulatedTime({
      ...one,
      acquireTimeout: 20_000,
      onLend: () => false,
    })
    const acquiring = watch(pool.acquire())
    await clock.advance(20_000)
    expect(acquiring.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
    expect(database.totals.connects).toBeLessThan(20)
  })
})

describe('when it throws', () => {
  it('once, the caller gets another connection', async () => {
    let calls = 0
    const { pool, clock } = poolInSimulatedTime({
      ...one,
      onLend: async () => {
        if (++calls === 1) throw new Error('a hiccup')
      },
    })
    await clock.advance(100)
    const acquiring = watch(pool.acquire())
    await clock.advance(110)
    expect(acquiring.value?.connection.id).toBe(2)
  })

  it('on a second connection, the caller learns what it threw, and no third one is lost', async () => {
    const { pool, clock, database } = poolInSimulatedTime({
      ...one,
      onLend: (_, { session }) => {
        if (session === 'nobody') throw new Error('no such tenant')
      },
    })
    const errors: unknown[] = []
    pool.eventsOf('acquire.refused').subscribe(({ error }) => errors.push(error))
    await clock.advance(100)
    const bad = watch(pool.acquire({ session: 'nobody' }))
    const good = watch(pool.acquire({ session: 'somebody' }))
    await clock.advance(500)
    expect(bad.error).toMatchObject({
      code: 'LEND_REFUSED',
      attempts: 2,
      cause: { message: 'no such tenant' },
      message: expect.stringMatching(
        /onLend threw on 2 connections, most recently on connection-\d: no such tenant\./,
      ),
    })
    expect(errors).toEqual([bad.error])
    expect([good.state, database.totals.connects, pool.stats().refused]).toEqual(['fulfilled', 3, 1])
  })

  it('the errors of one caller do not keep others waiting by a back-off', async () => {
    const { pool, clock } = poolInSimulatedTime({
      ...one,
      onLend: (_, { session }) => {
        if (session === 'nobody') throw new Error('no such tenant')
      },
    })
    await clock.advance(100)
    for (let caller = 0; caller < 5; caller++) watch(pool.acquire({ session: 'nobody' }))
    await clock.advance(5 * 2 * 110)
    expect(pool.stats().state).toBe('running')
  })

  it('because the connection is broken, that is a lost connection, and no mistake of the caller', async () => {
    const { pool, clock, database } = poolInSimulatedTime({
      min: 3,
      max: 3,
      validateAfter: 500,
      onLend: connection => connection.query('select 1'),
    })
    await clock.advance(300)
    database.change({ queryLatency: 5 })
    const acquiring = watch(pool.acquire())
    for (const connection of database.connections) database.kill(connection)
    await clock.advance(500)
    expect([acquiring.state, pool.stats().lost]).toEqual(['fulfilled', 3])
  })
})

it('one that takes longer than a validation may is given up, and the caller gets another connection', async () => {
  let signal: AbortSignal | undefined
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    validateTimeout: 300,
    onLend: ({ id }, context) => {
      if (id > 1) return true
      signal = context.signal
      return new Promise(() => {})
    },
  })
  const reasons: string[] = []
  pool.eventsOf('connection.closed').subscribe(({ reason }) => reasons.push(reason))
  await clock.advance(100)
  const acquiring = watch(pool.acquire())
  await clock.advance(299)
  expect([acquiring.state, signal?.aborted]).toEqual(['pending', false])
  await clock.advance(101)
  expect([acquiring.value?.connection.id, signal?.aborted, reasons]).toEqual([2, true, ['lend timeout']])
})

describe('a caller who gives up while it runs', () => {
  it('leaves a connection on which it is undone before the next one gets it', async () => {
    const steps: string[] = []
    const { pool, clock } = poolInSimulatedTime({
      ...one,
      onLend: async (connection, { session }) => {
        steps.push(`prepared for ${session}`)
        await connection.query('select 1')
      },
      onReturn: (_, { session, end, lease }) => void steps.push(`${session}: ${end}, lease ${lease}`),
    })
    await clock.advance(100)
    const leaver = new AbortController()
    const first = watch(pool.acquire({ session: 'first', signal: leaver.signal }))
    const second = watch(pool.acquire({ session: 'second' }))
    await clock.advance(5)
    leaver.abort()
    await clock.advance(15)
    expect([first.state, second.value?.connection.id]).toEqual(['rejected', 1])
    expect(steps).toEqual(['prepared for first', 'first: unclaimed, lease undefined', 'prepared for second'])
  })

  it('times out in time', async () => {
    const { pool, clock } = poolInSimulatedTime({ ...one, onLend: () => new Promise(() => {}) })
    await clock.advance(100)
    const acquiring = watch(pool.acquire({ timeout: 50 }))
    await clock.advance(50)
    expect(acquiring.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
  })
})

it('a pool that is paused while it runs leases nothing, and serves the caller, prepared anew, afterwards', async () => {
  const steps: string[] = []
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    onLend: async connection => {
      steps.push('prepared')
      await connection.query('select 1')
    },
    onReturn: (_, { end }) => void steps.push(end),
  })
  await clock.advance(100)
  const acquiring = watch(pool.acquire())
  await clock.advance(5)
  pool.pause()
  await clock.advance(100)
  expect([acquiring.state, pool.stats().idle, steps]).toEqual(['pending', 1, ['prepared', 'unclaimed']])
  pool.resume()
  await clock.advance(10)
  expect([acquiring.state, steps]).toEqual(['fulfilled', ['prepared', 'unclaimed', 'prepared']])
})

it('a pool that is closed while it runs refuses the caller, and leaves nothing behind', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ ...one, onLend: () => new Promise(() => {}) })
  await clock.advance(100)
  const acquiring = watch(pool.acquire())
  await clock.advance(0)
  const closing = watch(pool.close())
  await clock.advance(0)
  expect(acquiring.error).toMatchObject({ code: 'POOL_CLOSED' })
  expect([closing.state, database.open, clock.pending]).toEqual(['fulfilled', 0, 0])
})

it('it runs in the async context of the caller whom the connection is for, not of the one who released it', async () => {
  const who = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const { pool, clock } = poolInSimulatedTime({ ...one, onLend: () => void seen.push(who.getStore()) })
  const first = watch(who.run('ada', () => pool.acquire()))
  const second = watch(who.run('bob', () => pool.acquire()))
  await clock.advance(100)
  who.run('eve', () => first.value?.release())
  await clock.advance(0)
  expect([seen, second.state]).toEqual([['ada', 'bob'], 'fulfilled'])
})

it('a session that no hook sees is refused', async () => {
  const { pool, clock } = poolInSimulatedTime(one)
  await clock.advance(100)
  const secret = 'tenant-7'
  const error = await pool.acquire({ session: secret }).catch(error => error)
  expect(error).toMatchObject({ code: 'OPTIONS_INVALID', option: 'session', value: undefined })
  expect(String(error)).toMatch(/neither onLend nor onReturn/)
  expect(String(error)).not.toContain(secret)
})

it('a hook that is no function is refused, by createPool', () => {
  expect(() => poolInSimulatedTime({ onLend: true as never })).toThrow(
    expect.objectContaining({ code: 'OPTIONS_INVALID', option: 'onLend' }),
  )
})

it.each([
  ['that answers goes to its caller', 0, true],
  ['that does not is lost, and its caller gets another one', 1, false],
])(
  'a connection that became suspect while it runs is validated then: one %s',
  async (_, unhealthyRate, isKept) => {
    const prepared: unknown[] = []
    const { pool, clock, database } = poolInSimulatedTime(
      {
        min: 2,
        max: 2,
        maxConnecting: 2,
        onLend: async connection => {
          prepared.push(connection)
          await new Promise<void>(resolve => clock.setTimeout(resolve, 50))
        },
      },
      { connectLatency: 10, queryLatency: 1 },
    )
    await clock.advance(100)
    const caller = watch(pool.acquire())
    const [chosen] = prepared
    const other = database.connections.find(connection => connection !== chosen)
    database.change({ unhealthyRate })
    database.kill(other as never)
    await clock.advance(40)
    expect(database.totals.validations).toBe(0)
    await clock.advance(12)
    expect(database.totals.validations).toBe(1)
    await clock.advance(10)
    database.change({ unhealthyRate: 0 })
    await clock.advance(200)
    expect(caller.state).toBe('fulfilled')
    expect(caller.value?.connection === chosen).toBe(isKept)
  },
)

// One cap over many pools: `poolGroup({ max })`.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { AcquireTimeoutError, createPool, OptionsError, type PoolNotice, poolGroup } from '../../src/index.js'
import { busyCaller } from '../support/busy-caller.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { groupOf, settled } from './grouped-pools.js'

describe('a group', () => {
  it('never has more connections than its max, whatever its pools want', async () => {
    const { add, clock, group, closeAll } = groupOf(3)
    const [a, b] = [add('a'), add('b')]
    const callers = [a, b, a, b, a].map(({ pool }) => watch(pool.acquire()))
    await clock.advance(200)
    expect(callers.filter(({ state }) => state === 'fulfilled')).toHaveLength(3)
    expect(group.stats().connections).toBe(3)
    expect(a.database.open + b.database.open).toBe(3)
    await closeAll()
  })

  it('moves an idle connection to the pool whose callers wait', async () => {
    const { add, clock, group, closeAll } = groupOf(2)
    const [a, b] = [add('a'), add('b')]
    const leases = await settled(clock, Promise.all([a.pool.acquire(), a.pool.acquire()]))
    for (const lease of leases) lease.release()
    expect(a.pool.stats().idle).toBe(2)
    const caller = watch(b.pool.acquire())
    await clock.advance(100)
    expect(caller.state).toBe('fulfilled')
    expect(a.pool.stats()).toMatchObject({ total: 1, closedBy: { reclaimed: 1 } })
    expect(group.stats().pools).toEqual([
      { pool: 'a', connections: 1, min: 0, heldBack: false },
      { pool: 'b', connections: 1, min: 0, heldBack: false },
    ])
    await closeAll()
  })

  it('finds a connection within 50 ms that becomes idle while a caller of another pool waits', async () => {
    const { add, clock, closeAll } = groupOf(1)
    const [a, b] = [add('a'), add('b')]
    const lease = await settled(clock, a.pool.acquire())
    const caller = watch(b.pool.acquire())
    await clock.advance(300)
    lease.release()
    await clock.advance(50 + 40)
    expect(caller.state).toBe('fulfilled')
    await closeAll()
  })

  it('keeps min for each pool, and opens it for a pool that comes last', async () => {
    const { add, clock, closeAll } = groupOf(4)
    const greedy = add('greedy')
    const small = add('small', { min: 2 })
    const callers = Array.from({ length: 6 }, () => watch(greedy.pool.acquire()))
    await clock.advance(500)
    expect(callers.filter(({ state }) => state === 'fulfilled')).toHaveLength(2)
    expect(small.pool.stats()).toMatchObject({ total: 2, idle: 2 })
    await closeAll()
  })

  it('refuses a pool whose min it cannot keep, and says what is left', () => {
    const group = poolGroup({ max: 5, name: 'shop' })
    const pool = createPool(simulated(), { min: 4, group })
    const driver = simulated()
    expect(() => createPool(driver, { min: 2, group })).toThrow(OptionsError)
    expect(() => createPool(driver, { min: 2, group })).toThrow(
      'min must be at most 1: the group "shop" has 5 connections (max), and 4 of them are kept for its other pools (min); got 2.',
    )
    expect(() => pool.resize({ min: 6 })).toThrow(/min must be at most 5/)
    expect(() => group.resize({ max: 3 })).toThrow(/max must be at least 4/)
    expect(driver.database.totals.connects).toBe(0)
    return pool.close()
  })

  it('has room again when a pool is closed', async () => {
    const { add, clock, group, closeAll } = groupOf(2)
    const a = add('a', { min: 2 })
    await settled(clock, a.pool.ready())
    expect(() => add('b', { min: 1 })).toThrow(OptionsError)
    await settled(clock, a.pool.close())
    expect(group.stats()).toMatchObject({ connections: 0, pools: [] })
    await settled(clock, add('c', { min: 2 }).pool.ready())
    await closeAll()
  })

  it('closes what is too much when its max is lowered: idle ones now, leased ones on release', async () => {
    const { add, clock, group, closeAll } = groupOf(4)
    const [a, b] = [add('a'), add('b')]
    const held = await settled(clock, Promise.all([a.pool.acquire(), a.pool.acquire()]))
    const idle = await settled(clock, Promise.all([b.pool.acquire(), b.pool.acquire()]))
    for (const lease of idle) lease.release()
    group.resize({ max: 1 })
    await clock.advance(100)
    expect(group.stats().connections).toBe(2)
    for (const lease of held) lease.release()
    await clock.advance(100)
    expect(group.stats().connections).toBe(1)
    await closeAll()
  })
})

describe('a pool that its group holds back', () => {
  it('says so in its chart, its figures and its events, and when its caller waits in vain, who holds what', async () => {
    const { add, clock, closeAll } = groupOf(3)
    const [a, b, c] = [add('a'), add('b'), add('c')]
    await settled(clock, Promise.all([a.pool.acquire(), a.pool.acquire(), b.pool.acquire()]))
    const events: PoolNotice[] = []
    c.pool.eventsOf('pool.heldBack').subscribe(event => events.push(event))
    const caller = watch(c.pool.acquire({ timeout: 400 }))
    await clock.advance(10)
    expect(c.pool.stats()).toMatchObject({ heldBack: true, total: 0, waiting: 1 })
    expect(c.pool.actor.getSnapshot().context.budget).toMatchObject({ isHeldBack: true, room: 0 })
    expect(a.pool.stats()).toMatchObject({ heldBack: false, budgetMax: 3 })
    expect(events).toEqual([
      {
        at: expect.any(Number),
        pool: 'c',
        type: 'pool.heldBack',
        budget: 'the group',
        max: 3,
        holders: [
          { pool: 'a', connections: 2 },
          { pool: 'b', connections: 1 },
        ],
      },
    ])
    await clock.advance(500)
    expect(caller.error).toBeInstanceOf(AcquireTimeoutError)
    expect(caller.error).toMatchObject({ obstacle: 'budget spent', budget: { max: 3 } })
    expect(String(caller.error)).toContain(
      'the group has no connection left (max is 3): a holds 2, b holds 1',
    )
    expect(c.pool.stats().heldBack).toBe(false)
    await closeAll()
  })

  it('tells its parent and Node’s diagnostics channels so, whether or not events$ has subscribers', async () => {
    const { add, clock, closeAll } = groupOf(1)
    const [a, b] = [add('a'), add('b')]
    await settled(clock, a.pool.acquire())
    const heard: unknown[] = []
    const listener = (message: unknown) => void heard.push((message as PoolNotice).type)
    subscribe('statepool:pool.heldBack', listener)
    onTestFinished(() => void unsubscribe('statepool:pool.heldBack', listener))
    b.pool.actor.on('pool.heldBack', ({ pool }) => heard.push(pool))
    watch(b.pool.acquire())
    await clock.advance(10)
    expect(heard).toEqual(['pool.heldBack', 'b'])
    await closeAll()
  })

  it('is degraded once its callers wait for long, and its health says who has the connections', async () => {
    const { add, clock, closeAll } = groupOf(1)
    const [a, b] = [add('a'), add('b')]
    await settled(clock, a.pool.acquire())
    const caller = watch(b.pool.acquire())
    await clock.advance(9_000)
    expect(b.pool.health().status).toBe('ready')
    await clock.advance(1_000)
    expect(b.pool.health()).toMatchObject({
      status: 'degraded',
      kind: 'budget spent',
      reason: expect.stringContaining(
        'the group has no connection left (max is 1): a holds 1: 1 caller waits',
      ),
    })
    expect(caller.state).toBe('pending')
    await closeAll()
  })

  it('refuses callers beyond maxWaiting, but not those for whom a connection of another pool would be closed', async () => {
    const { add, clock, closeAll } = groupOf(1)
    const [a, b] = [add('a'), add('b', { maxWaiting: 0 })]
    const lease = await settled(clock, a.pool.acquire())
    const refused = watch(b.pool.acquire())
    await clock.advance(10)
    expect(refused.error).toMatchObject({ code: 'QUEUE_FULL' })
    lease.release()
    const served = watch(b.pool.acquire())
    await clock.advance(200)
    expect(served.state).toBe('fulfilled')
    await closeAll()
  })

  it('takes nothing from the others while its database is down, and is served once it is back', async () => {
    const { add, clock, group, closeAll } = groupOf(1)
    const [a, b] = [add('a'), add('b')]
    a.database.stop()
    const waiting = watch(a.pool.acquire({ timeout: Number.POSITIVE_INFINITY }))
    await clock.advance(2_000)
    const busy = busyCaller(b, clock, 30)
    await clock.advance(5_000)
    expect(busy.served).toBeGreaterThan(100)
    a.database.start()
    await clock.advance(40_000)
    expect(waiting.state).toBe('fulfilled')
    expect(group.stats().connections).toBe(1)
    busy.stop()
    await closeAll()
  })
})

describe('pools of a group whose callers all wait', () => {
  it('end up with as many connections each, give or take one, within 10 s', async () => {
    const { add, clock, closeAll } = groupOf(10)
    const first = add('first')
    const callers = Array.from({ length: 20 }, () => busyCaller(first, clock, 100))
    await clock.advance(3_000)
    expect(first.pool.stats().total).toBe(10)
    const others = [add('second'), add('third')]
    for (const other of others) for (let n = 0; n < 20; n++) callers.push(busyCaller(other, clock, 100))
    await clock.advance(10_000)
    for (const { pool } of [first, ...others]) {
      expect(pool.stats().total).toBeGreaterThanOrEqual(3)
      expect(pool.stats().total).toBeLessThanOrEqual(4)
    }
    for (const caller of callers) caller.stop()
    await closeAll()
  })

  it('take turns where there are more of them than connections: none starves', async () => {
    const { add, clock, closeAll } = groupOf(3)
    const pools = Array.from({ length: 9 }, (_, index) => add(`pool ${index}`))
    const callers = pools.flatMap(pool => [busyCaller(pool, clock, 50), busyCaller(pool, clock, 50)])
    const before = callers.map(({ served }) => served)
    for (let round = 0; round < 5; round++) {
      await clock.advance(8_000)
      callers.forEach((caller, index) => {
        expect(caller.served).toBeGreaterThan(before[index] as number)
        before[index] = caller.served
      })
    }
    for (const caller of callers) caller.stop()
    await closeAll()
  })
})

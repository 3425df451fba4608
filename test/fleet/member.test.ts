// Pools of a fleet whose ledger an engine keeps, in simulated time.
import { describe, expect, it, onTestFinished } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { fleet, memoryEngine } from '../../src/fleet/index.js'
import { createPool, OptionsError } from '../../src/index.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { fleetInSimulatedTime, type Member, ttl } from './fleet-in-simulated-time.js'

function fleetOf(connections: number, options?: { floor?: number }) {
  const all = fleetInSimulatedTime(connections, options)
  onTestFinished(() => all.closeAll())
  return all
}

const sizes = (members: readonly Member[]): number[] =>
  members.map(({ open }) => open).sort((one, other) => one - other)

describe('pools whose callers all wait', () => {
  it('have as many connections each, give or take one, within 10 s of a change', async () => {
    const { clock, add, busy, members, grow } = fleetOf(10)
    busy(add(), 20)
    await grow()
    expect(sizes(members)).toEqual([10])
    busy(add(), 20)
    busy(add(), 20)
    await clock.advance(10_000)
    expect(sizes(members)).toEqual([3, 3, 4])
    void members[2]?.pool.close({ timeout: 0 })
    await clock.advance(10_000)
    expect(sizes(members)).toEqual([0, 5, 5])
  })

  it('never have more than there are, all together', async () => {
    const all = fleetOf(7)
    const { clock, add, busy, grow } = all
    for (let count = 0; count < 12; count++) busy(add(), 5)
    await grow()
    let most = 0
    for (let step = 0; step < 3_000; step++) {
      await clock.advance(10)
      most = Math.max(most, all.open)
    }
    expect(most).toBe(7)
  })

  it('all have their turn where there are more of them than connections', async () => {
    const { clock, add, busy, grow } = fleetOf(2)
    const callers = Array.from({ length: 6 }, () => busy(add(), 2))
    await grow()
    const before = callers.map(({ served }) => served)
    await clock.advance(15_000)
    for (const [index, { served }] of callers.entries()) expect(served).toBeGreaterThan(before[index] ?? 0)
  })
})

describe('idle connections', () => {
  it('stay where they are while no other pool needs them, and move to where callers wait', async () => {
    const { clock, add, busy, grow } = fleetOf(6)
    const one = add()
    const callers = busy(one, 6)
    await grow()
    callers.stop()
    await clock.advance(3_000)
    expect(one.open).toBe(6)
    const other = add()
    busy(other, 4)
    await clock.advance(3_000)
    expect([one.open, other.open]).toEqual([2, 4])
    expect(one.pool.stats().closedBy.reclaimed).toBe(4)
  })
})

describe('a pool', () => {
  it('that has and needs nothing sends nothing, and is not in the ledger', async () => {
    const { clock, add, memory, grow } = fleetOf(4)
    const one = add({ idleTimeout: 1_000 })
    await clock.advance(60_000)
    expect(one.reports).toBe(0)
    const lease = watch(one.pool.acquire())
    await clock.advance(100)
    lease.value?.release()
    await grow()
    expect([one.open, memory.count('any').pools]).toEqual([0, 0])
    const { reports } = one
    await clock.advance(60_000)
    expect(one.reports).toBe(reports)
    const next = watch(one.pool.acquire())
    await clock.advance(100)
    expect(next.state).toBe('fulfilled')
  })

  it('reports five times in a time to live, and not in step with others', async () => {
    const { clock, add, busy, grow } = fleetOf(4)
    const one = add()
    busy(one, 4)
    await grow()
    const { reports } = one
    await clock.advance(10 * ttl)
    expect(one.reports - reports).toBeGreaterThan(45)
    expect(one.reports - reports).toBeLessThan(55)
  })

  it('gives all back when it is closed', async () => {
    const { clock, add, busy, memory, grow } = fleetOf(4)
    const one = add()
    busy(one, 4)
    await grow()
    expect(memory.count('any')).toEqual({ pools: 1, held: 4 })
    void one.pool.close({ timeout: 0 })
    await clock.advance(10)
    expect(memory.count('any')).toEqual({ pools: 0, held: 0 })
  })

  it('that has ended without a word loses all after one time to live', async () => {
    const { clock, add, busy, grow } = fleetOf(4)
    const [gone, other] = [add(), add()]
    busy(gone, 4)
    await grow()
    gone.isCutOff = true
    busy(other, 4)
    await clock.advance(ttl - 2_000)
    expect(other.open).toBe(0)
    await clock.advance(2_000)
    expect(other.open).toBe(4)
  })

  it('waits, and is not down, when the role’s own limit is reached', async () => {
    const { clock, add, busy, grow } = fleetOf(4)
    const one = add()
    await grow()
    const limit = Object.assign(new Error('too many'), { code: '53300', routine: 'InitializeSessionUserId' })
    busy(one, 1)
    await clock.advance(1_000)
    expect(one.pool.stats().state).toBe('running')
    expect(one.pool.actor.getSnapshot().context.budget?.isSpent(limit)).toBe(true)
  })
})

describe('while the ledger does not answer', () => {
  it('a pool keeps what it has, opens none beyond the floor, says so, and goes on by itself', async () => {
    const { clock, add, busy, grow } = fleetOf(4, { floor: 2 })
    const [one, other] = [add(), add()]
    const told: string[] = []
    for (const { pool } of [one, other])
      pool.events$.subscribe(
        ({ type, pool: name }) => void (/budget/.test(type) && told.push(`${name} ${type}`)),
      )
    busy(one, 3)
    await grow()
    one.isCutOff = other.isCutOff = true
    await clock.advance(3 * ttl)
    expect(told).toEqual([`${one.pool.name} pool.budgetAway`])
    expect(one.pool.stats()).toMatchObject({ budgetAway: true, total: 3, state: 'running' })
    expect(one.pool.health()).toMatchObject({ status: 'degraded', kind: 'budget away' })
    busy(other, 4)
    await clock.advance(3 * ttl)
    expect(other.pool.stats()).toMatchObject({ budgetAway: true, total: 2, heldBack: true })
    one.isCutOff = other.isCutOff = false
    await clock.advance(10_000)
    const back = [one, other].map(({ pool }) => `${pool.name} pool.budgetBack`)
    expect(told.slice(-2).sort()).toEqual(back.sort())
    expect([one.open, other.open]).toEqual([2, 2])
    expect(one.pool.health().status).toBe('ready')
  })

  it('a caller who waited in vain is told why', async () => {
    const { clock, add } = fleetOf(4, { floor: 0 })
    const one = add()
    one.isCutOff = true
    const caller = watch(one.pool.acquire({ timeout: 5_000 }))
    await clock.advance(5_000)
    expect(caller.error).toMatchObject({
      obstacle: 'budget spent',
      message: expect.stringContaining(
        'Why: the fleet "any" (memory) does not answer, so the pool opens none beyond 0.\n  What to do: see that the fleet\'s engine is up',
      ),
    })
  })

  it('an answer that comes too late does not count', async () => {
    const { clock, add, busy } = fleetInSimulatedTime(4, { latency: 0.46 * ttl })
    const one = add()
    busy(one, 4)
    await clock.advance(5 * ttl)
    expect(one.pool.stats()).toMatchObject({ budgetAway: true, total: 1 })
  })
})

describe('a ledger that is lost', () => {
  it('is written anew from what the pools say that they have, and grants nothing beyond the floor meanwhile', async () => {
    const all = fleetOf(6)
    const { clock, add, busy, memory, grow } = all
    const [one, other, third] = [add(), add(), add()]
    busy(one, 9)
    await grow()
    memory.forget()
    busy(other, 9)
    busy(third, 9)
    await clock.advance(ttl - 100)
    expect(all.open).toBeLessThanOrEqual(6 + 2)
    await clock.advance(10_000)
    expect(sizes([one, other, third])).toEqual([2, 2, 2])
  })
})

describe('a pool whose min the fleet cannot keep', () => {
  it('is refused at once in this process, and in another one ready() rejects', async () => {
    const { clock, add, grow } = fleetOf(5)
    const one = add({ min: 3 })
    await grow()
    expect(one.open).toBe(3)
    const late = add({ min: 3 })
    const ready = watch(late.pool.ready())
    await clock.advance(3_000)
    expect(ready.error).toBeInstanceOf(OptionsError)
    expect(ready.error).toMatchObject({
      option: 'min',
      message: expect.stringContaining(
        'min must be at most 2 here: the fleet "any" has 5 connections, and 3 of them are kept for other pools (min); got 3. Lower the pools\' min, or raise the fleet\'s connections.',
      ),
    })
    expect(late.open).toBe(2)
    const shared = fleet({ name: 'x', connections: 5, engine: memoryEngine() })
    onTestFinished(() => createPool(simulated(), { fleet: shared, min: 3 }).close({ timeout: 0 }))
    const first = createPool(simulated(), { fleet: shared, min: 3 })
    expect(() => createPool(simulated(), { fleet: shared, min: 3 })).toThrow(/min must be at most 2/)
    await first.close({ timeout: 0 })
  })

  it('gets it from pools that hold more', async () => {
    const { clock, add, busy, grow } = fleetOf(5)
    busy(add(), 9)
    await grow()
    const late = add({ min: 4 })
    await clock.advance(5_000)
    expect(late.open).toBe(4)
  })
})

it('what a fleet’s engine is for is refused without one', () => {
  expect(() => fleet({ name: 'any', connections: 1, ttl: 2_000 })).toThrow(
    /ttl is for a fleet with an engine/,
  )
  expect(() => fleet({ name: 'any', connections: 1, engine: {} as never })).toThrow(
    /engine must be an object with the method exchange/,
  )
})

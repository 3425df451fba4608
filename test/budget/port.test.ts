// The port between a pool and its budget, with a budget whose answers the test gives: every transition that it can cause.
import { describe, expect, it, onTestFinished } from 'vitest'
import { type SimulatedConnection, simulated } from '../../src/db/simulated/index.js'
import {
  type Allotment,
  type Budget,
  type BudgetMember,
  createPool,
  type PoolOptions,
} from '../../src/index.js'
import { poolMachine } from '../../src/machines/index.js'
import { Coverage } from '../model/coverage.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

const coverage = new Coverage(poolMachine)

/** A budget that grants `free` connections at once, and the others when it is told to. */
class ByHand implements Budget, Allotment {
  readonly max = 10
  readonly lookAgainIn = 50
  free: number
  /** Granted after it was asked, and not opened yet. */
  grants = 0
  isHeldBack = false
  saysSo = true
  isAway = false
  declined = 0
  held = 0
  keptOnes = 0
  refusals = 0
  asked = 0
  member: BudgetMember | undefined

  constructor(free: number) {
    this.free = free
  }

  get room(): number {
    return this.free
  }

  admit(): void {}

  join(member: BudgetMember): Allotment {
    this.member = member
    return this
  }

  ask(): boolean {
    this.asked++
    const isSpent = this.free + this.grants === 0
    this.isHeldBack = isSpent && this.saysSo
    if (isSpent) return false
    if (this.grants > 0) this.grants--
    else this.free--
    this.held++
    return true
  }

  grant(): void {
    this.grants++
    this.isHeldBack = false
    this.member?.granted()
  }

  withdraw(): void {
    this.isHeldBack = false
    this.declined += this.grants
    this.grants = 0
  }

  ended(): void {
    this.held--
  }

  kept(): void {
    this.keptOnes++
  }

  isSpent(error: unknown): boolean {
    return /spent/.test(String(error))
  }

  refused(): void {
    this.refusals++
  }

  resize(): void {}
  leave(): void {}

  evidence() {
    const away = { budget: 'the fleet "any" (memory)', error: undefined, floor: 1, since: 0 }
    return { budget: 'the budget', max: this.max, holders: [], ...(this.isAway && { away }) }
  }
}

/** A pool whose connects end as the test says. */
function pool(free: number, options: PoolOptions<SimulatedConnection> = {}) {
  const clock = createSimulatedClock()
  const group = new ByHand(free)
  const driver = simulated({ clock, unhealthyRate: 0, connectLatency: 0 })
  const connects: { succeed(): void; fail(message: string): void }[] = []
  const pool = createPool<SimulatedConnection>(
    {
      ...driver,
      connect: context =>
        new Promise((resolve, reject) => {
          connects.push({
            succeed: () => driver.connect(context).then(resolve, reject),
            fail: message => reject(new Error(message)),
          })
        }),
    },
    { clock, random: () => 0, min: 0, group, ...options },
  )
  pool.inspect(event => coverage.see(event))
  onTestFinished(async () => {
    const closed = pool.close({ timeout: 0 })
    await clock.advance(60_000)
    await closed
    expect(group.held).toBe(0)
  })
  const settle = () => clock.advance(1)
  const end = async (how: 'succeed' | 'fail', message = 'down'): Promise<void> => {
    await settle()
    connects.shift()?.[how](message)
    await settle()
  }
  return { pool, clock, group, connects, settle, end, state: () => pool.stats().state }
}

describe('a pool that is held back', () => {
  it('opens a connection when it is granted, and tells of its end', async () => {
    const { pool: one, clock, group, end, connects } = pool(0)
    const caller = watch(one.acquire())
    await clock.advance(200)
    expect(one.stats()).toMatchObject({ heldBack: true, total: 0, state: 'running' })
    expect(group.asked).toBe(5)
    group.grant()
    expect(connects).toHaveLength(1)
    await end('succeed')
    caller.value?.destroy()
    await clock.advance(10)
    expect(group.held).toBe(0)
  })

  it('declines what comes when its callers have given up', async () => {
    const { pool: one, clock, group, connects } = pool(0)
    const caller = watch(one.acquire({ timeout: 20 }))
    await clock.advance(30)
    expect(caller.state).toBe('rejected')
    group.grant()
    expect([connects.length, group.declined]).toEqual([0, 1])
  })

  it('declines it while it is paused, backs off, or closes', async () => {
    const { pool: one, group, end, settle } = pool(1)
    const caller = watch(one.acquire())
    one.acquire().catch(() => {})
    await end('fail')
    expect(one.stats().state).toBe('backingOff')
    group.grant()
    expect(group.declined).toBe(1)
    one.pause()
    group.grant()
    expect(group.declined).toBe(2)
    one.resume()
    group.grant()
    await end('succeed')
    expect(caller.state).toBe('fulfilled')
    void one.close({ timeout: 100 })
    group.grant()
    group.member?.reclaim()
    await settle()
    expect([one.stats().state, group.declined]).toEqual(['draining', 3])
  })
})

describe('a pool whose budget wants a connection back', () => {
  it('closes an idle one, or the latest leased one on release, and says so if it has none', async () => {
    const { pool: one, clock, group, end } = pool(3)
    group.member?.reclaim()
    expect(group.keptOnes).toBe(1)
    const callers = [watch(one.acquire()), watch(one.acquire())]
    await end('succeed')
    await end('succeed')
    group.member?.reclaim()
    callers[0]?.value?.release()
    await clock.advance(10)
    expect(one.stats()).toMatchObject({ total: 2, idle: 1 })
    group.member?.reclaim()
    await clock.advance(10)
    expect(one.stats()).toMatchObject({ total: 1, idle: 0 })
    callers[1]?.value?.release()
    await clock.advance(10)
    expect(one.stats()).toMatchObject({ total: 0, closedBy: { reclaimed: 2 } })
  })
})

describe('a connect that only says that the budget is spent', () => {
  it('is no failure: the pool neither backs off nor counts it, and its callers wait', async () => {
    const { pool: one, group, end, state } = pool(1)
    const caller = watch(one.acquire())
    await end('fail', 'spent')
    expect(state()).toBe('running')
    expect(one.stats()).toMatchObject({ failedConnects: 0, waiting: 1, total: 0 })
    expect(one.health().status).not.toBe('down')
    expect(group.refusals).toBe(1)
    group.grant()
    await end('succeed')
    expect(caller.state).toBe('fulfilled')
  })

  it('nor while the pool backs off, is paused, or was urged', async () => {
    const { pool: one, group, end } = pool(6, { maxConnecting: 3, whenDown: 'fail', min: 4 })
    await end('fail')
    expect(one.stats()).toMatchObject({ state: 'backingOff', connecting: 2 })
    await end('fail', 'spent')
    await one.acquire().catch(() => {})
    expect(one.actor.getSnapshot().value).toEqual({ backingOff: 'urged' })
    await end('fail', 'spent')
    one.pause()
    one.resume()
    one.pause()
    await end('fail', 'spent')
    expect(one.stats()).toMatchObject({ state: 'paused', failedConnects: 1 })
    expect(group.refusals).toBe(3)
  })

  it('shows that the database can be reached again, when it ends a probe', async () => {
    const { pool: one, clock, end, state } = pool(2)
    const caller = watch(one.acquire({ timeout: 1_000 }))
    await end('fail')
    await clock.advance(100)
    expect(one.actor.getSnapshot().value).toEqual({ backingOff: 'probing' })
    await end('fail', 'spent')
    expect(state()).toBe('running')
    expect(caller.state).toBe('pending')
  })
})

describe('a pool whose budget is kept elsewhere', () => {
  const absence = { budget: 'the fleet "any" (memory)', error: new Error('gone'), floor: 1, since: 0 }

  it('tells of what keeps it, whatever state the pool is in, and looks again when that is back', async () => {
    const { pool: one, group, end, clock } = pool(2)
    const told: string[] = []
    one.events$.subscribe(({ type }) => void (/budget/.test(type) && told.push(type)))
    const away = (): void => {
      group.member?.away(absence)
      group.member?.back()
    }
    away()
    const caller = watch(one.acquire())
    one.acquire().catch(() => {})
    await end('fail')
    expect(one.stats().state).toBe('backingOff')
    away()
    one.pause()
    away()
    one.resume()
    await end('succeed')
    await clock.advance(1)
    expect(caller.state).toBe('fulfilled')
    void one.close({ timeout: 100 })
    away()
    group.member?.refuse(new Error('too late'))
    expect(told).toEqual([1, 2, 3].flatMap(() => ['pool.budgetAway', 'pool.budgetBack']))
  })

  it('is degraded while that is away, and says so', () => {
    const { pool: one, group } = pool(2)
    group.isAway = true
    expect(one.stats().budgetAway).toBe(true)
    expect(one.health()).toMatchObject({
      status: 'degraded',
      kind: 'budget away',
      reason:
        'The fleet "any" (memory) does not answer: the pool keeps its connections, and opens none beyond 1.',
    })
  })

  it('tells those who wait for it to be ready that its min cannot be kept', async () => {
    const { pool: one, group } = pool(0, { min: 1 })
    const ready = one.ready()
    group.member?.refuse(new Error('too much'))
    await expect(ready).rejects.toThrow('too much')
  })
})

describe('a probe', () => {
  it('waits for the budget, asks again, and is made when it is granted', async () => {
    const { pool: one, clock, group, end } = pool(1)
    const caller = watch(one.acquire())
    await end('fail')
    await clock.advance(200)
    expect(one.actor.getSnapshot().value).toEqual({ backingOff: 'probing' })
    const { asked } = group
    await clock.advance(200)
    expect(group.asked - asked).toBe(4)
    expect(one.actor.getSnapshot().value).toEqual({ backingOff: 'probing' })
    group.grant()
    await end('succeed')
    expect(caller.state).toBe('fulfilled')
  })

  it('waits for one that has not answered, and does not say that none is left', async () => {
    const { pool: one, clock, group, end } = pool(1, { whenDown: 'try' })
    group.saysSo = false
    one.acquire().catch(() => {})
    const late = watch(one.acquire())
    await end('fail')
    await clock.advance(200)
    expect(one.actor.getSnapshot().value).toEqual({ backingOff: 'probing' })
    expect(group.asked).toBeLessThan(10)
    group.grant()
    await end('succeed')
    expect(late.state).toBe('fulfilled')
  })
})

it('these take every transition of the chart that a budget can cause', () => {
  const ofBudgets = /budget\.|\[is(BudgetSpent|HeldBack)\]/
  expect(coverage.missingTransitions.filter(name => ofBudgets.test(name))).toEqual([])
})

// A pool that backs off and owes a caller a connect, while its budget has not answered: it waits. Without a limit it would go to and fro between two states for ever.
import { describe, expect, it, onTestFinished } from 'vitest'
import { type SimulatedConnection, simulated } from '../../src/db/simulated/index.js'
import { fleet, memoryEngine } from '../../src/fleet/index.js'
import { createPool, type PoolGroup, poolGroup } from '../../src/index.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.js'

const down = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
const full = Object.assign(new Error('too many connections for role'), {
  code: '53300',
  routine: 'InitializeSessionUserId',
})

type Budget = { readonly group: PoolGroup } | { readonly fleet: ReturnType<typeof fleet> }

const kinds: [string, (clock: SimulatedClock) => Budget][] = [
  ['a fleet of slots', () => ({ fleet: fleet({ name: 'slots', connections: 3 }) })],
  [
    'a fleet with a ledger',
    clock => ({ fleet: fleet({ name: 'ledger', connections: 3, engine: memoryEngine({ clock }) }) }),
  ],
  ['a group', () => ({ group: poolGroup({ max: 3 }) })],
]

/** A pool on a PostgreSQL whose connects end as the test says. */
function poolOf(clock: SimulatedClock, budget: Budget, name = 'a') {
  const driver = simulated({ clock, unhealthyRate: 0, connectLatency: 0 })
  const connects: { succeed(): void; fail(error: Error): void }[] = []
  const pool = createPool<SimulatedConnection>(
    {
      ...driver,
      name: 'postgres',
      connect: context =>
        new Promise((resolve, reject) => {
          const succeed = () => driver.connect(context).then(answering).then(resolve, reject)
          connects.push({ succeed, fail: reject })
        }),
    },
    { clock, random: () => 0, min: 0, max: 3, maxConnecting: 3, whenDown: 'try', name, ...budget },
  )
  onTestFinished(async () => {
    const closed = pool.close({ timeout: 0 })
    await clock.advance(60_000)
    await closed
  })
  const end = async (how: 'succeed' | Error): Promise<void> => {
    await clock.advance(1)
    const connect = connects.shift()
    if (how === 'succeed') connect?.succeed()
    else connect?.fail(how)
    await clock.advance(1)
  }
  const ask = () => watch(pool.acquire({ timeout: 60_000 }))
  return { pool, connects, end, ask, value: () => pool.actor.getSnapshot().value }
}

/** As a session of PostgreSQL, which finds a slot. */
const answering = <C extends object>(connection: C): C =>
  Object.assign(connection, { query: async () => ({ rows: [{ slot: 1 }] }), on: () => {} })

describe.each(kinds)('a pool that backs off, of %s', (_kind, newBudget) => {
  it('tries a connect for the caller who asked after the one that failed had begun', async () => {
    const clock = createSimulatedClock()
    const { pool, end, ask, connects } = poolOf(clock, newBudget(clock))
    const callers = [ask(), ask()]
    await clock.advance(10)
    await end(down)
    await clock.advance(1_000)
    for (; connects.length > 0; ) await end(down)
    expect(callers.map(({ state }) => state)).toEqual(['rejected', 'rejected'])
    expect(pool.stats()).toMatchObject({ state: 'backingOff', waiting: 0 })
    const late = ask()
    await clock.advance(1_000)
    await end('succeed')
    expect(late.state).toBe('fulfilled')
    expect(pool.stats().state).toBe('running')
  })

  it('waits with it for another pool of the budget, and is told when it may', async () => {
    const clock = createSimulatedClock()
    const budget = newBudget(clock)
    const [a, b] = [poolOf(clock, budget), poolOf(clock, budget, 'b')]
    a.ask()
    await clock.advance(10)
    await a.end(down)
    const others = [b.ask(), b.ask(), b.ask()]
    const late = a.ask()
    await clock.advance(10)
    expect(a.value()).toEqual({ backingOff: 'probing' })
    for (let step = 0; step < 200 && late.state === 'pending'; step++) {
      for (const { value } of others) if (value?.held) value.release()
      await (b.connects.length > 0 ? b : a).end('succeed')
      await clock.advance(100)
    }
    expect(late.state).toBe('fulfilled')
  })

  it('waits when the server has just refused it because of the limit of its role, and its callers have left since', async () => {
    const clock = createSimulatedClock()
    const { pool, end, connects, ask } = poolOf(clock, newBudget(clock))
    const leave = new AbortController()
    const leavers = [leave, leave].map(({ signal }) => watch(pool.acquire({ signal })))
    for (let step = 0; step < 100 && connects.length < 2; step++) await clock.advance(100) // as many as the budget lets it
    leave.abort()
    await end(full)
    if (connects.length === 0) await clock.advance(1_000) // one at a time, where slots are
    await end(down)
    expect(leavers.map(({ state }) => state)).toEqual(['rejected', 'rejected'])
    const late = ask()
    await clock.advance(1)
    for (let step = 0; step < 100 && late.state === 'pending'; step++) {
      await end('succeed')
      await clock.advance(100)
    }
    expect(late.state).toBe('fulfilled')
  })
})

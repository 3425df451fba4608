// Whatever pools of a group are asked for, and whatever their databases do: never more connections than the group's max.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import type { Lease } from '../../src/index.js'
import { busyCaller } from '../support/busy-caller.js'
import { type Grouped, groupOf } from './grouped-pools.js'

const which = fc.nat({ max: 3 })
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('acquire' as const),
      pool: which,
      callers: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('release' as const), pool: which }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), for: fc.integer({ min: 1, max: 400 }) }),
  },
  {
    arbitrary: fc.record({
      do: fc.constantFrom(
        'destroy' as const,
        'stop' as const,
        'start' as const,
        'pause' as const,
        'resume' as const,
        'evict' as const,
        'close' as const,
        'abort' as const,
      ),
      pool: which,
    }),
    weight: 4,
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('resize' as const),
      pool: which,
      min: fc.nat({ max: 1 }),
      max: fc.integer({ min: 2, max: 6 }),
    }),
  },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

async function live(max: number, mins: readonly number[], commands: readonly Command[]): Promise<void> {
  const { add, clock, group, closeAll } = groupOf(max)
  const pools: Grouped[] = []
  const sum = (): number => pools.reduce((total, { database }) => total + database.open, 0)
  let most = 0
  const check = (): void => {
    most = Math.max(most, sum(), group.stats().connections)
  }
  const closed = new Set<Grouped>()
  const leases: Lease<SimulatedConnection>[][] = [[], [], [], []]
  const aborts: AbortController[] = []
  const actors: { unsubscribe(): void }[] = []
  for (const [index, min] of mins.entries()) {
    const one = add(`pool ${index}`, { min, max: 5, idleTimeout: 700 })
    pools.push(one)
    actors.push(one.pool.events$.subscribe(check))
  }
  for (const each of commands) {
    if (each.do === 'wait') await clock.advance(each.for)
    else {
      const one = pools[each.pool % pools.length] as Grouped
      const own = leases[pools.indexOf(one)] as Lease<SimulatedConnection>[]
      const { pool, database } = one
      if (each.do === 'start') database.start()
      else if (each.do === 'stop') database.stop()
      else if (each.do === 'release' || each.do === 'destroy') {
        const lease = own.shift()
        if (lease?.held) lease[each.do]()
      } else if (each.do === 'abort') aborts.shift()?.abort()
      else if (closed.has(one)) continue
      else if (each.do === 'acquire') {
        for (let n = 0; n < each.callers; n++) {
          const abort = new AbortController()
          aborts.push(abort)
          pool.acquire({ signal: abort.signal }).then(
            lease => own.push(lease),
            () => {},
          )
        }
      } else if (each.do === 'resize') {
        try {
          pool.resize({ min: each.min, max: each.max })
        } catch {
          // more than the group can keep for it
        }
      } else if (each.do === 'close') {
        closed.add(one)
        void pool.close({ timeout: 500 })
      } else pool[each.do]()
    }
    check()
  }
  // The weather clears, and every pool that is open is served.
  for (const { database } of pools) database.start()
  for (const own of leases) for (const lease of own) if (lease.held) lease.release()
  const open = pools.filter(one => !closed.has(one))
  for (const { pool } of open) pool.resume()
  await clock.advance(60_000)
  for (const own of leases) for (const lease of own) if (lease.held) lease.release()
  const callers = open.map(one => busyCaller(one, clock, 20))
  await clock.advance(12_000)
  for (const caller of callers) {
    expect(caller.served).toBeGreaterThan(0)
    caller.stop()
  }
  await closeAll()
  expect(most).toBeLessThanOrEqual(max)
  expect(sum()).toBe(0)
  expect(group.stats()).toMatchObject({ connections: 0, pools: [] })
  for (const each of actors) each.unsubscribe()
}

describe('pools of a group', () => {
  it('never have more connections than its max after any event, and are all served in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        // More than is kept for all of them (min): a pool for which nothing is kept could not be served.
        fc.integer({ min: 4, max: 7 }),
        fc.array(fc.nat({ max: 1 }), { minLength: 2, maxLength: 3 }),
        fc.array(command, { maxLength: 40 }),
        live,
      ),
      {
        numRuns: Number(process.env.RUNS ?? 40),
        ...(process.env.SEED && { seed: Number(process.env.SEED) }),
      },
    )
  })
})

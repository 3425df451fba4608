// Whatever happens, in whatever order: the invariants hold after every event, and in the end nobody and nothing is left.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SimulatedOptions } from '../../src/db/simulated.js'
import type { PoolOptions } from '../../src/index.js'
import { ailments, type Command, commands, healthy, perform, poolOptions } from '../support/pool-commands.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { WatchedPool } from '../support/pool-invariants.js'

/** More runs for a longer search: PROPERTY_RUNS=10000 npx vitest run test/properties */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 300)

const database = fc
  .tuple(fc.nat(), ailments)
  .map(([seed, settings]): SimulatedOptions => ({ seed, ...settings }))

async function live(
  options: PoolOptions,
  settings: SimulatedOptions,
  story: readonly Command[],
): Promise<WatchedPool> {
  const watched = new WatchedPool(options, settings)
  watched.checkStructure()
  for (const command of story) {
    await perform(command, watched)
    watched.checkStructure()
    if (command.do === 'rest' || command.do === 'wait') watched.checkOutcomes()
    watched.rethrow()
  }
  return watched
}

/** The database has recovered, and each holder releases its connection: every caller must be served. */
async function recover(watched: WatchedPool): Promise<void> {
  const { clock, database, pool } = watched.parts
  database.change(healthy)
  database.start()
  const deadline = clock.now() + 120_000 // four times the longest back-off
  do {
    for (const lease of watched.held) lease.release()
    await clock.advance(40)
    watched.rethrow()
  } while (clock.now() < deadline && (watched.waiting.length > 0 || watched.held.length > 0))
  expect(watched.waiting, 'callers who are stuck').toEqual([])
  if (pool.stats().state === 'closed') return
  await clock.advance(2_000)
  watched.checkOutcomes()
  watched.rethrow()
  const { state, total, min } = pool.stats()
  const settled = state === 'running' && watched.options.maxLifetime === Number.POSITIVE_INFINITY
  if (settled) expect(total, 'min').toBeGreaterThanOrEqual(min)
}

async function close(watched: WatchedPool): Promise<void> {
  const { clock, database, pool } = watched.parts
  if (pool.stats().state === 'draining') for (const lease of watched.held) lease.release() // it may wait for ever
  const deadline = clock.now() + 60_000
  const closing = watch(pool.close({ timeout: 0 }))
  while (closing.state === 'pending' && clock.now() < deadline) await clock.advance(10)
  watched.rethrow()
  expect(closing.state).toBe('fulfilled')
  expect(watched.waiting).toEqual([])
  expect(pool.stats()).toMatchObject({ state: 'closed', total: 0, waiting: 0, busy: 0 })
  expect(database.open, 'connections left on the database').toBe(0)
  expect(clock.pending, 'timers left').toBe(0)
}

it('the invariants hold through any story, everybody is served in the end, and a closed pool leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(poolOptions, database, commands, async (options, settings, story) => {
      const watched = await live(options, settings, story)
      await recover(watched)
      await close(watched)
    }),
    { numRuns },
  )
}, 600_000)

it('a pool closed in the middle of any story leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(poolOptions, database, commands, async (options, settings, story) => {
      await close(await live(options, settings, story))
    }),
    { numRuns },
  )
}, 600_000)

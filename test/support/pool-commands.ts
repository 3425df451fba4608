// Everything that can happen to a pool, as random commands for property-based tests.

import fc from 'fast-check'
import type { SimulatedSettings } from '../../src/db/simulated.js'
import type { PoolOptions } from '../../src/index.js'
import { watch } from './pool-in-simulated-time.js'
import type { WatchedPool } from './pool-invariants.js'

export type Command =
  | { readonly do: 'acquire'; readonly timeout: number | undefined; readonly priority: number }
  | { readonly do: 'abort' | 'release' | 'destroy' | 'begin' | 'kill'; readonly which: number }
  | { readonly do: 'wait'; readonly time: number }
  | { readonly do: 'fault'; readonly fault: keyof SimulatedSettings; readonly rate: number }
  | { readonly do: 'resize'; readonly min: number; readonly more: number }
  | { readonly do: 'close'; readonly timeout: number }
  | { readonly do: 'stop' | 'start' | 'rest' }

const forever = Number.POSITIVE_INFINITY

/** Options with short times, so that everything happens within a few commands. */
export const poolOptions: fc.Arbitrary<PoolOptions> = fc
  .record({
    min: fc.nat(3),
    more: fc.nat(3),
    maxConnecting: fc.integer({ min: 1, max: 3 }),
    maxWaiting: fc.constantFrom(forever, forever, 0, 2),
    acquireTimeout: fc.constantFrom(forever, 500),
    connectTimeout: fc.constantFrom(90, 250),
    validateAfter: fc.constantFrom<(number | false)[]>(false, 0, 40),
    validateTimeout: fc.constantFrom(30, 100),
    resetTimeout: fc.constantFrom(30, 100),
    closeTimeout: fc.constantFrom(0, 50),
    idleTimeout: fc.constantFrom(forever, 0, 150),
    keepalive: fc.constantFrom<number | false>(false, 80),
    maxLifetime: fc.constantFrom(forever, 400),
    maxUses: fc.constantFrom(forever, 1, 3),
    allowExitOnIdle: fc.boolean(),
  })
  .map(({ min, more, ...options }) => ({ ...options, min, max: Math.max(1, min + more) }))

const faults = [
  'connectFailureRate',
  'connectHangRate',
  'unhealthyRate',
  'validateHangRate',
  'resetFailureRate',
  'resetHangRate',
  'closeHangRate',
  'queryHangRate',
] as const

/** A database that is a little unwell all the time, or not. */
export const ailments: fc.Arbitrary<SimulatedSettings> = fc.record({
  connectFailureRate: fc.constantFrom(0, 0, 0.2),
  unhealthyRate: fc.constantFrom(0, 0.3),
  validateHangRate: fc.constantFrom(0, 0, 0.2),
  resetFailureRate: fc.constantFrom(0, 0, 0.3),
})

export const healthy: SimulatedSettings = Object.fromEntries(faults.map(fault => [fault, 0]))

export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('acquire' as const),
        timeout: fc.constantFrom(undefined, undefined, forever, 0, 20, 200),
        priority: fc.constantFrom(0, 0, 0, 1, -1),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom('release', 'release', 'release', 'destroy', 'begin', 'abort', 'kill'),
        which: fc.nat(9),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.constantFrom(1, 10, 50, 300) }),
    },
    { weight: 4, arbitrary: fc.constant({ do: 'rest' as const }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('fault' as const),
        fault: fc.constantFrom(...faults),
        rate: fc.constantFrom(0, 0.5, 1),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('resize' as const), min: fc.nat(3), more: fc.nat(3) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stop', 'start') }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('close' as const), timeout: fc.constantFrom(0, 100, forever) }),
    },
  ),
  { maxLength: 60, size: 'max' }, // long stories: by default fast-check makes mostly short ones
)

/** Does one thing to the pool; what does not apply (releasing when nobody holds anything) does nothing. */
export async function perform(command: Command, watched: WatchedPool): Promise<void> {
  const { pool, clock, database } = watched.parts
  const state = pool.stats().state
  const open = state !== 'draining' && state !== 'closed'
  switch (command.do) {
    case 'acquire': {
      const { timeout, priority } = command
      watched.acquire(timeout === undefined ? { priority } : { timeout, priority })
      break
    }
    case 'abort':
      watched.waiting.at(command.which % Math.max(1, watched.waiting.length))?.controller.abort()
      break
    case 'release':
      watched.held[command.which % Math.max(1, watched.held.length)]?.release()
      break
    case 'destroy':
      watched.held[command.which % Math.max(1, watched.held.length)]?.destroy()
      break
    case 'begin':
      watched.held[command.which % Math.max(1, watched.held.length)]?.connection
        .query('BEGIN')
        .catch(() => {})
      break
    case 'kill': {
      const victim = database.connections[command.which % Math.max(1, database.open)]
      if (victim) database.kill(victim)
      break
    }
    case 'wait':
      await clock.advance(command.time)
      break
    case 'rest':
      await clock.advance(0)
      break
    case 'fault':
      database.change({ [command.fault]: command.rate })
      break
    case 'resize':
      if (open) watched.resize({ min: command.min, max: Math.max(1, command.min + command.more) })
      break
    case 'close':
      watch(pool.close({ timeout: command.timeout }))
      break
    default:
      database[command.do]()
  }
}

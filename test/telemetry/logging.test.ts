// The recipe of docs/guides/logging.md, with the real pino: one line for each thing that an operator acts on.
import pino from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { logPool, logPoolToConsole } from '../../examples/logging.js'
import type { Pool, PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

interface Line {
  readonly level: number
  readonly msg: string
  readonly pool: string
  readonly err?: { readonly message: string; readonly code: string }
  readonly [field: string]: unknown
}

const never = { acquireTimeout: Number.POSITIVE_INFINITY }

function logged(options: PoolOptions, level = 'info') {
  const lines: Line[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  const world = poolInSimulatedTime(options)
  // The example has the package's own types; here the package is its source.
  const stop = logPool(world.pool as never as Parameters<typeof logPool>[0], pino({ level }, { write }))
  const told = () => lines.map(({ level, msg }) => `${pino.levels.labels[level]} ${msg}`)
  return { ...world, lines, told, stop }
}

/** An outage of five seconds, with a caller who times out. */
async function outage({ pool, clock, database }: ReturnType<typeof logged>): Promise<void> {
  await clock.advance(100)
  const lease = await pool.acquire()
  database.change({ connectFailureRate: 1 })
  database.kill(lease.connection)
  watch(pool.acquire({ timeout: 1_000 }))
  await clock.advance(5_000)
  database.change({ connectFailureRate: 0 })
  await clock.advance(10_000)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('with pino', () => {
  it('an outage is one error, and its end one line, however many connects fail and callers time out', async () => {
    const world = logged({ min: 1, max: 1 })
    await outage(world)
    expect(world.pool.stats().failedConnects).toBeGreaterThan(3)
    expect(world.told()).toEqual([
      'info pool.ready',
      'warn connection.lost',
      'error pool.down',
      'info pool.recovered',
      'info pool.ready',
    ])
    expect(world.lines[2]).toMatchObject({
      pool: world.pool.name,
      failures: 1,
      err: { code: 'CONNECT_FAILED' },
    })
    expect(world.lines[2]?.err?.message).toMatch(/^Could not connect to /)
  })

  it('connects that fail again and again while a connection is left are one line; the debug level shows the attempts', async () => {
    const world = logged({ min: 1, max: 2 }, 'debug')
    await world.clock.advance(100)
    await world.pool.acquire()
    world.database.change({ connectFailureRate: 1 })
    for (let caller = 0; caller < 50; caller++) {
      watch(world.pool.acquire({ timeout: 10 }))
      await world.clock.advance(2_000)
    }
    const downs = world.told().filter(line => line.endsWith('pool.down'))
    expect(downs.length).toBeGreaterThan(2)
    expect(downs.filter(line => line.startsWith('error'))).toHaveLength(1)
  })

  it('a leak is one line, and its end another', async () => {
    const { pool, clock, told, lines } = logged({ min: 1, leakWarning: 1_000 })
    await clock.advance(100)
    const lease = await pool.acquire()
    await clock.advance(60_000)
    lease.release()
    await clock.advance(0)
    expect(told()).toEqual(['info pool.ready', 'warn lease.leaked', 'info lease.recovered'])
    expect(lines[1]).toMatchObject({
      lease: 1,
      heldFor: 1_000,
      acquiredFrom: expect.stringContaining('logging.test'),
    })
  })

  it('work is not logged: an acquire and a release make no event', async () => {
    const { pool, clock, told } = logged({ min: 1, ...never })
    await clock.advance(100)
    for (let i = 0; i < 100; i++) await pool.use(() => {})
    await clock.advance(0)
    expect(told()).toEqual(['info pool.ready'])
  })

  it('a pause, its end and the end of the pool are told', async () => {
    const { pool, clock, told } = logged({ min: 0 })
    pool.pause()
    pool.resume()
    await Promise.all([pool.close(), clock.advance(100)])
    expect(told().filter(line => !line.endsWith('pool.ready'))).toEqual([
      'warn pool.paused',
      'info pool.resumed',
      'info pool.draining',
      'info pool.closed',
    ])
  })

  it('nothing is told after it was stopped', async () => {
    const { clock, told, stop } = logged({ min: 1 })
    stop()
    await clock.advance(100)
    expect(told()).toEqual([])
  })
})

describe('with the console', () => {
  it('it is the same', async () => {
    const lines: unknown[][] = []
    for (const level of ['info', 'warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation((...given) => void lines.push([level, ...given]))
    const world = logged({ min: 1, max: 1 })
    logPoolToConsole(world.pool as never as Pool<never> as never)
    await outage(world)
    expect(lines.map(([level, type]) => `${level} ${type}`)).toEqual(world.told())
  })
})

// Telemetry learns durations and outcomes as numbers, and costs nothing while none is attached.
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { Pool as DropIn } from '../../src/db/pg/index.js'
import { OptionsError } from '../../src/index.js'
import { attach, type Tracker } from '../../src/telemetry/observe.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { processErrors } from '../support/process-errors.js'

/** Writes down what it is told. */
class Log implements Tracker {
  readonly #lines: unknown[][] = []
  granted = (waited: number) => this.#note('granted', waited)
  returned = (held: number) => this.#note('returned', held)
  connected = (took: number) => this.#note('connected', took)
  connectFailed = (took: number, { code }: { code: string }) => this.#note('connectFailed', took, code)
  timedOut = (waited: number) => this.#note('timedOut', waited)
  closed = (reason: string) => this.#note('closed', reason)

  #note(...line: unknown[]): void {
    this.#lines.push(line)
  }

  take(): unknown[][] {
    return this.#lines.splice(0)
  }
}

describe('a tracker', () => {
  it('is told of connects, waits, uses and closes', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1 })
    const log = new Log()
    attach(pool, log)
    const first = watch(pool.acquire())
    const second = watch(pool.acquire())
    await clock.advance(100)
    expect(log.take()).toEqual([
      ['connected', 100],
      ['granted', 100],
    ])
    await clock.advance(25)
    first.value?.release()
    await clock.advance(0)
    expect(log.take()).toEqual([
      ['returned', 25],
      ['granted', 125],
    ])
    await clock.advance(5)
    second.value?.destroy()
    await clock.advance(10)
    expect(log.take()).toEqual([
      ['returned', 5],
      ['closed', 'destroyed'],
    ])
  })

  it('is told of failures: timeouts, failed connects, lost connections', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 1 }, { connectLatency: 10 })
    const log = new Log()
    attach(pool, log)
    const lease = watch(pool.acquire())
    await clock.advance(10)
    watch(pool.acquire({ timeout: 40 }))
    await clock.advance(40)
    database.change({ connectFailureRate: 1 })
    watch(pool.acquire({ timeout: 1 }))
    database.kill(lease.value?.connection as never)
    await clock.advance(10)
    expect(log.take()).toEqual([
      ['connected', 10],
      ['granted', 10],
      ['timedOut', 40],
      ['returned', 40],
      ['closed', 'lost'],
      ['timedOut', 1],
      ['connectFailed', 10, 'CONNECT_FAILED'],
    ])
  })

  it('is told of the use that a crash ends', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
    await clock.advance(100)
    const log = new Log()
    attach(pool, log)
    await pool.acquire()
    await clock.advance(7)
    pool.actor.stop?.()
    await clock.advance(100)
    expect(log.take()).toEqual([
      ['granted', 0],
      ['returned', 7],
      ['closed', 'pool closing'],
    ])
  })
})

describe('several trackers', () => {
  it('are each told, and each is stopped by its own function, once', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    await clock.advance(100)
    const [one, other] = [new Log(), new Log()]
    const stop = attach(pool, one)
    attach(pool, other)
    attach(pool, other)
    await pool.use(() => {})
    expect(one.take()).toHaveLength(2)
    expect(other.take()).toHaveLength(4)
    stop()
    stop()
    await pool.use(() => {})
    expect(one.take()).toEqual([])
    expect(other.take()).toHaveLength(4)
  })

  it('do not suffer from one that throws: it is dropped, and its error is uncaught', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    await clock.advance(100)
    const log = new Log()
    attach(
      pool,
      Object.assign(new Log(), {
        granted: () => {
          throw new Error('no room')
        },
      }),
    )
    attach(pool, log)
    const errors = await processErrors(async () => {
      await pool.use(() => {})
      await pool.use(() => {})
    })
    expect(errors.map(String)).toEqual(['Error: no room'])
    expect(log.take()).toHaveLength(4)
  })
})

describe('attach', () => {
  it('takes a drop-in for the pool that it stands for', () => {
    const dropIn = new DropIn({ max: 1 })
    const log = new Log()
    const stop = attach(dropIn, log)
    stop()
    expect(dropIn.statepool.name).toBeTypeOf('string')
  })

  it.each([undefined, null, 'postgres://ada:secret@db', {}, { statepool: {} }, new pg.Pool()])(
    'refuses %s',
    given => {
      const refused = () => attach(given as never, new Log())
      expect(refused).toThrow(OptionsError)
      expect(refused).toThrow(/pool must be a pool of this copy of statepool, or a drop-in/)
      expect(refused).not.toThrow(/secret/)
    },
  )
})

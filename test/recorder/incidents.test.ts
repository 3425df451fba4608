// When something goes wrong the recorder writes a file by itself: once a minute at most, and with no secret in it.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Roster } from '../../src/actors/connections/roster.js'
import { messageOf } from '../../src/core/wording.js'
import type { SimulatedOptions } from '../../src/db/simulated/index.js'
import type { PoolOptions } from '../../src/index.js'
import { type Incident, type RecorderOptions, readRecording, recorder } from '../../src/recorder/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { until } from '../support/until.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statepool-recorder-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Saved {
  readonly path: string
  readonly incident: Incident | undefined
}

function recorded(pool: PoolOptions = {}, settings: SimulatedOptions = {}, options: RecorderOptions = {}) {
  const saved: Saved[] = []
  const life = poolInSimulatedTime({ min: 1, max: 1, name: 'orders', ...pool }, settings)
  const flight = recorder(life.pool, {
    folder,
    frameInterval: false,
    onSaved: (path, incident) => saved.push({ path, incident }),
    ...options,
  })
  return { ...life, saved, flight }
}

describe('a file is written when', () => {
  it('an acquire times out', async () => {
    const { pool, clock, saved } = recorded()
    await clock.advance(100)
    const lease = await pool.acquire()
    const second = watch(pool.acquire({ timeout: 50 }))
    await clock.advance(60)
    await until(() => saved.length === 1, 'a file was written')
    expect(second.state).toBe('rejected')
    const { path, incident } = saved[0] as Saved
    expect(incident).toMatchObject({ at: 150, kind: 'acquire timeout' })
    expect(incident?.text).toBe(messageOf(second.error))
    const recording = await readRecording(path)
    expect(recording).toMatchObject({ pool: { name: pool.name, driver: 'simulated' }, incident })
    expect(recording.notices.at(-1)).toMatchObject({ type: 'acquire.timedOut', waited: 50 })
    expect(recording.frames.at(-1)).toMatchObject({
      stats: { busy: 1, timedOut: 1 },
      leases: [{ connection: 'connection-1', since: 100 }],
      connections: [{ id: 'connection-1', state: 'busy.leased' }],
    })
    expect((await stat(path)).mode & 0o077).toBe(0) // only its owner can read it
    lease.release()
  })

  it('the database is down', async () => {
    const { clock, saved } = recorded({}, { connectFailureRate: 1 })
    await clock.advance(500)
    await until(() => saved.length === 1, 'a file was written')
    expect(saved[0]?.incident?.kind).toBe('outage')
  })

  it('a lease is held for too long', async () => {
    const { pool, clock, saved } = recorded({ leakWarning: 1_000 })
    await clock.advance(100)
    const lease = await pool.acquire()
    await clock.advance(1_500)
    await until(() => saved.length === 1, 'a file was written')
    expect(saved[0]?.incident).toMatchObject({
      kind: 'leak',
      text: expect.stringMatching(/^Lease 1 has been held for 1\d\d\d ms, on connection-1\.$/),
    })
    lease.release()
  })

  it('callers wait for each other', async () => {
    const { pool, clock, saved } = recorded({ deadlockCheck: 'error' })
    await clock.advance(100)
    const outcome = watch(pool.use(() => pool.acquire()))
    await until(() => saved.length === 1, 'a file was written')
    expect(saved[0]?.incident?.kind).toBe('deadlock')
    expect(outcome.state).toBe('rejected')
  })
})

it('a file is written when the pool’s actor fails, and what the recorder then has can be read', async () => {
  const { pool, clock, saved, flight } = recorded({ max: 2 })
  await clock.advance(100)
  await pool.acquire()
  const defect = vi.spyOn(Roster.prototype, 'add').mockImplementation(() => {
    throw new TypeError("no roster for 'hunter2'")
  })
  watch(pool.acquire())
  await clock.advance(100)
  defect.mockRestore()
  await until(() => saved.length === 1, 'a file was written')
  expect(saved[0]?.incident).toMatchObject({ kind: 'crash', text: "The pool's actor failed: TypeError" })
  expect(flight.dump().notices.at(-1)?.type).toBe('pool.closed')
})

describe('incidents', () => {
  /** Lets an acquire time out. */
  async function timeOut({ pool, clock }: ReturnType<typeof recorded>): Promise<void> {
    const outcome = watch(pool.acquire({ timeout: 10 }))
    await clock.advance(20)
    expect(outcome.state).toBe('rejected')
  }

  it('write one file a minute at most, by the pool’s clock', async () => {
    const life = recorded({ acquireTimeout: 10 })
    const { clock, saved, pool } = life
    await clock.advance(100)
    await pool.acquire()
    await timeOut(life)
    await clock.advance(30_000)
    await timeOut(life)
    await clock.advance(29_000)
    await timeOut(life)
    await clock.advance(3_000)
    await timeOut(life)
    await until(() => saved.length === 2, 'a file was written')
    const [first = 0, second = 0] = saved.map(({ incident }) => incident?.at ?? 0).sort((a, b) => a - b) // whichever was written first
    expect(first).toBe(110)
    expect(second).toBeGreaterThan(60_110)
  })

  it('of kinds that were not asked for write none', async () => {
    const life = recorded({}, {}, { incidents: ['leak'] })
    await life.clock.advance(100)
    await life.pool.acquire()
    await timeOut(life)
    const all = recorded({}, {}, { incidents: false })
    await all.clock.advance(100)
    await all.pool.acquire()
    await timeOut(all)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(await readdir(folder)).toEqual([])
  })

  it('leave no more files than are to be kept', async () => {
    const life = recorded({}, {}, { keep: 2 })
    await life.clock.advance(100)
    await life.pool.acquire()
    for (let number = 1; number <= 4; number++) {
      await timeOut(life)
      await until(() => life.saved.length === number, 'a file was written')
      await life.clock.advance(61_000)
    }
    const left = life.saved.slice(2).map(({ path }) => path)
    expect((await readdir(folder)).map(name => join(folder, name)).sort()).toEqual(left.sort())
  })
})

it('a file shows neither what a driver says of a statement, nor a password in what it says of a connect', async () => {
  const secret = 'hunter2'
  const clock = poolInSimulatedTime({ min: 1, max: 1 }, {}, driver => ({
    connect: async context => driver.connect(context),
    validate: async () => {
      throw Object.assign(new Error(`select '${secret}'`), { code: '42601', parameters: [secret] })
    },
  }))
  const flight = recorder(clock.pool, { incidents: false })
  await clock.clock.advance(100)
  const held = await clock.pool.acquire()
  held.destroy(Object.assign(new Error(`insert '${secret}'`), { code: 'E1' }))
  await clock.clock.advance(1_000)
  const failing = poolInSimulatedTime({ min: 1, max: 1 }, {}, () => ({
    connect: async () => {
      throw new Error(
        `cannot reach postgres://app:${secret}@db/orders with password="${secret}" or pwd: ${secret}`,
      )
    },
  }))
  const second = recorder(failing.pool, { incidents: false })
  await failing.clock.advance(1_000)
  const written = [flight, second].map(each => JSON.stringify(each.dump()))
  expect(written[0]).toContain('lease.destroyed')
  expect(written[0]).toContain('E1')
  expect(written[1]).toMatch(/cannot reach postgres:\/\/…@db/)
  for (const text of written) expect(text).not.toContain(secret)
})

// The recorder beside a pool: it costs the pool nothing but the records, ends with it, and refuses bad options at the door.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { OptionsError, type Pool } from '../../src/index.js'
import { decodeRecords, type RecorderOptions, readRecording, recorder } from '../../src/recorder/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { catchWarnings } from '../support/process-warnings.js'
import { until } from '../support/until.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('what is recorded', () => {
  it('begins with the actors that are there, as they are', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 2, max: 3, maxConnecting: 2 })
    await clock.advance(100)
    const lease = await pool.acquire()
    const { records, names, frames } = recorder(pool).dump()
    expect(decodeRecords(records, names)).toMatchObject([
      { at: 100, actor: 'pool', event: 'recorder.start', from: undefined, to: 'running' },
      { actor: 'connection-1', event: 'recorder.start', number: 1, to: 'idle' },
      { actor: 'connection-2', event: 'recorder.start', number: 2, to: 'busy.leased' },
    ])
    expect(frames).toHaveLength(2) // at the start, and at the dump
    lease.release()
  })

  it('has frames in the interval, with who waits and who holds, and where they called if the pool knows', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, leakWarning: 60_000 })
    const flight = recorder(pool, { frameInterval: 250, incidents: false })
    await clock.advance(100)
    const lease = await pool.acquire()
    const waiting = watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY, priority: 3 }))
    await clock.advance(900)
    const { frames } = flight.dump()
    expect(frames.map(({ at }) => at)).toEqual([0, 250, 500, 750, 1_000, 1_000])
    expect(frames.at(-1)).toMatchObject({
      leases: [{ lease: 1, since: 100, leaked: false, from: expect.stringContaining('recorder.test') }],
      waiting: [
        {
          since: 100,
          timeout: null,
          position: 1,
          priority: 3,
          from: expect.stringContaining('recorder.test'),
        },
      ],
    })
    lease.release()
    await clock.advance(0)
    ;(waiting.value as typeof lease).release()
  })

  it('has of a flood of refusals one a second, and how many there were', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 0 })
    const flight = recorder(pool, { incidents: false })
    await clock.advance(100)
    const lease = await pool.acquire()
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 100; index++) watch(pool.acquire())
      await clock.advance(1_000)
    }
    const refusals = flight.dump().notices.filter(({ type }) => type === 'acquire.refused')
    expect(refusals.map(({ count }) => count)).toEqual([undefined, 100, 100])
    expect(refusals[0]?.error).toMatchObject({ name: 'QueueFullError', code: 'QUEUE_FULL' })
    lease.release()
  })

  it('has nothing about acquires and releases but the records, and makes the pool report none', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
    const flight = recorder(pool)
    await clock.advance(100)
    await pool.use(() => {})
    const told: string[] = []
    const subscription = pool.events$.subscribe(({ type }) => told.push(type))
    await pool.use(() => {})
    await clock.advance(1)
    subscription.unsubscribe()
    expect(told).toEqual(['acquire.requested', 'acquire.granted', 'lease.released'])
    expect(flight.dump().notices.map(({ type }) => type)).toEqual(['connection.ready', 'pool.ready'])
  })

  it('says of the pool its name, its driver, and options that are no secret', () => {
    const { pool } = poolInSimulatedTime({ name: 'orders on tape', max: 7, maxUses: 3 })
    expect(recorder(pool).dump().pool).toMatchObject({
      name: 'orders on tape',
      driver: 'simulated',
      options: { max: 7, maxUses: 3, maxWaiting: null, whenDown: 'wait' },
    })
  })
})

describe('the recorder ends', () => {
  it('with the pool, whose end is the last thing in it, and leaves no timer', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
    const flight = recorder(pool)
    await clock.advance(100)
    await watch(pool.close())
    await clock.advance(100)
    expect(clock.pending).toBe(0)
    const { records, names, notices } = flight.dump()
    expect(decodeRecords(records, names).at(-1)).toMatchObject({ actor: 'pool', to: 'closed' })
    expect(notices.at(-1)?.type).toBe('pool.closed')
  })

  it('when it is stopped, and keeps what it has', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
    const flight = recorder(pool)
    await clock.advance(100)
    flight.stop()
    flight.stop()
    const before = flight.dump()
    await pool.use(() => {})
    await clock.advance(5_000)
    const after = flight.dump()
    expect(after.records).toEqual(before.records)
    expect(after.frames).toHaveLength(before.frames.length)
    expect(before.records.length).toBeGreaterThan(0)
  })

  it('and takes its listeners off the process', async () => {
    const count = () => process.listenerCount('SIGHUP')
    const before = count()
    const flights = Array.from({ length: 12 }, () =>
      recorder(poolInSimulatedTime().pool, { signal: 'SIGHUP' }),
    )
    expect(count()).toBe(before + 1) // however many recorders there are
    for (const flight of flights) flight.stop()
    expect(count()).toBe(before)
  })
})

describe('files', () => {
  const inFolder = async (test: (folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), 'statepool-recorder-'))
    try {
      await test(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  it('are what was dumped, compressed or not, and appear when they are complete', () =>
    inFolder(async folder => {
      const flight = recorder(poolInSimulatedTime().pool)
      for (const name of ['one.statepool', 'deep/two.statepool.gz']) {
        await flight.save(join(folder, name))
        expect(await readRecording(join(folder, name))).toEqual(flight.dump())
      }
      expect((await readFile(join(folder, 'deep/two.statepool.gz'))).subarray(0, 2)).toEqual(
        Buffer.from([0x1f, 0x8b]),
      )
      expect((await readdir(folder)).sort()).toEqual(['deep', 'one.statepool'])
    }))

  it('that were cut off are refused', () =>
    inFolder(async folder => {
      const path = join(folder, 'cut.gz')
      await recorder(poolInSimulatedTime().pool).save(path)
      await writeFile(path, (await readFile(path)).subarray(0, -20))
      await expect(readRecording(path)).rejects.toThrow(/cannot be unpacked: it was cut off/)
    }))

  it('are written on a signal', () =>
    inFolder(async folder => {
      const saved: string[] = []
      const { pool } = poolInSimulatedTime({ name: 'a/b c' })
      const flight = recorder(pool, { signal: 'SIGUSR2', folder, onSaved: path => saved.push(path) })
      process.kill(process.pid, 'SIGUSR2')
      await until(() => saved.length === 1, 'a file was written')
      expect(saved[0]).toMatch(/\/a_b_c-\d{4}-\d\d-\d\dT[\d-]+Z\.statepool\.gz$/)
      expect(await readRecording(saved[0] as string)).toMatchObject({ pool: { name: 'a/b c' } })
      flight.stop()
    }))

  it('that cannot be written are reported with what to do, and the pool goes on', () =>
    inFolder(async folder => {
      await writeFile(join(folder, 'file'), '')
      const { pool, clock } = poolInSimulatedTime({ name: 'ledger', min: 1, max: 1 })
      const warnings = catchWarnings()
      recorder(pool, { folder: join(folder, 'file') })
      await clock.advance(100)
      const lease = await pool.acquire()
      const outcome = watch(pool.acquire({ timeout: 10 }))
      await clock.advance(20)
      expect(outcome.state).toBe('rejected')
      await until(() => warnings.length > 0, 'the process was warned')
      lease.release()
      expect(warnings).toMatchObject([
        {
          code: 'STATEPOOL_RECORDING',
          text: expect.stringMatching(/^The recorder of pool "ledger" could not write a recording: E/),
          detail: expect.stringContaining('option folder'),
        },
      ])
    }))
})

describe('options', () => {
  const { pool } = poolInSimulatedTime()
  it.each([
    [{ last: 0 }, /last must be an integer from 1 to 10000000; got 0/],
    [{ last: 1.5 }, /last must be an integer/],
    [{ frameInterval: 0 }, /frameInterval must be .* greater than 0, or false; got 0/],
    [{ incidents: 'leak' }, /incidents must be true, false or a list of: 'acquire timeout', .*; got "leak"/],
    [{ incidents: ['leek'] }, /incidents must be a list of: .*; got "leek"/],
    [{ folder: '' }, /folder must be the path of a folder; got ""/],
    [{ keep: 0 }, /keep must be an integer of at least 1/],
    [{ signal: 'SIGKILL' }, /signal must be 'SIGUSR2' or 'SIGHUP'; got "SIGKILL"/],
    [{ onSaved: 1 }, /onSaved must be a function; got 1/],
    [{ lasts: 1 }, /recorder has no option "lasts"; did you mean last\?/],
  ])('%j are refused', (options, message) => {
    const call = () => recorder(pool, options as RecorderOptions)
    expect(call).toThrow(OptionsError)
    expect(call).toThrow(message)
  })

  it('and something other than a pool is refused', () => {
    for (const other of [undefined, {}, { actor: {} }])
      expect(() => recorder(other as Pool<unknown>)).toThrow(
        /recorder\(\) takes a pool that createPool\(\) or poolOf\(\) returned/,
      )
  })
})

// Several recorders at once, and one that comes too late: none overwrites another's file, and none stays behind.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readRecording, recorder } from '../../src/recorder/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { until } from '../support/until.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statepool-recorders-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('several recorders that write in one millisecond', () => {
  it('write a file each', async () => {
    const saved: string[] = []
    const pools = [poolInSimulatedTime({ name: 'one', max: 1 }), poolInSimulatedTime({ name: 'two', max: 1 })]
    const options = {
      folder,
      frameInterval: false as const,
      onSaved: (path: string) => void saved.push(path),
    }
    vi.spyOn(Date, 'now').mockReturnValue(1_800_000_000_000)
    for (const { pool } of [...pools, ...pools]) recorder(pool, options)
    vi.restoreAllMocks()
    for (const { pool, clock } of pools) {
      await clock.advance(100)
      await Promise.all([pool.acquire(), clock.advance(100)])
      watch(pool.acquire({ timeout: 50 }))
      await clock.advance(60)
    }
    await until(() => saved.length === 4, 'each has written its file')
    expect(new Set(saved).size).toBe(4)
    expect((await readdir(folder)).length).toBe(4)
    for (const path of saved) expect((await readRecording(path)).incident?.kind).toBe('acquire timeout')
  })

  it('may be told to write to one path, and leave one whole file there', async () => {
    const { pool } = poolInSimulatedTime()
    const path = join(folder, 'same.statepool.gz')
    await Promise.all([1, 2, 3].map(() => recorder(pool, { incidents: false }).save(path)))
    expect(await readdir(folder)).toEqual(['same.statepool.gz'])
    expect((await readRecording(path)).pool.name).toBe(pool.name)
  })
})

describe('a recorder of a pool that is closed, or whose actor was stopped', () => {
  it.each<[string, (life: ReturnType<typeof poolInSimulatedTime>) => unknown]>([
    ['closed', ({ pool }) => pool.close()],
    ['stopped', ({ pool }) => pool.actor.stop()],
  ])('takes one picture of one that is %s, and is over', async (_how, end) => {
    const life = poolInSimulatedTime()
    const { clock, pool } = life
    await clock.advance(1_000)
    const ended = end(life)
    await clock.advance(1_000)
    await ended
    const listeners = process.listenerCount('uncaughtExceptionMonitor')
    const flight = recorder(pool, { folder, signal: 'SIGUSR2' })
    expect([process.listenerCount('uncaughtExceptionMonitor'), process.listenerCount('SIGUSR2')]).toEqual([
      listeners,
      0,
    ])
    const { pending } = clock
    await clock.advance(10_000)
    expect([pending, clock.pending]).toEqual([0, 0])
    expect(flight.dump().frames.at(-1)?.stats.state).toBe('closed')
  })
})

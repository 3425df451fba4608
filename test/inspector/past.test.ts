// The minutes before a page opens: the inspector keeps figures of each second, and the pool pays nothing for them.
import { describe, expect, it } from 'vitest'
import { systemBehind } from '../../src/actors/create-pool.js'
import type { PoolSystem } from '../../src/actors/pool-actor.js'
import type { Clock } from '../../src/core/clock.js'
import { Feed } from '../../src/inspector/feed.js'
import { Hub } from '../../src/inspector/hub.js'
import { inspector } from '../../src/inspector/index.js'
import type { PastMessage, ServerMessage } from '../../src/inspector/protocol.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { isFrame, Page, quickPool } from './support.js'

const isPast = (message: ServerMessage): message is PastMessage => message.type === 'past'
const extras = { faults: () => ({ type: 'faults' as const, faults: [] }), systems: () => [] }

/** Runs on a clock as the hub runs on timers of the process. */
function hubOn(clock: Clock, pool: { readonly actor: object }, history: number) {
  const timers = { running: 0 }
  const every = (interval: number, callback: () => void): (() => void) => {
    timers.running++
    let timer = clock.setTimeout(function tick() {
      timer = clock.setTimeout(tick, interval)
      callback()
    }, interval)
    return () => {
      timers.running--
      clock.clearTimeout(timer)
    }
  }
  const system = systemBehind(pool.actor as never) as PoolSystem<unknown>
  const feed = new Feed(0, system, () => 0, history)
  return { hub: new Hub([feed], extras, { now: () => clock.now(), every }), timers }
}

const open = (hub: Hub): Page => new Page(hub.view(false) as ReadableStream<Uint8Array>)

describe('a page that opens', () => {
  it('has the figures of each second before, also where the transitions are no longer kept', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2, validateAfter: false })
    const { hub } = hubOn(clock, pool, 10)
    await clock.advance(1_000)
    for (let second = 0; second < 60; second++) {
      const lease = await pool.acquire()
      await clock.advance(200)
      lease.release()
      await clock.advance(800)
    }
    const held = [await pool.acquire(), await pool.acquire()]
    const waiting = pool.acquire()
    await clock.advance(2_000)
    const page = open(hub)
    await page.until(isFrame)
    expect(page.messages.map(({ type }) => type)).toEqual(['hello', 'past', 'slice', 'frame'])
    const { times, columns } = await page.until(isPast)
    expect(times.slice(0, 3)).toEqual([1_000, 2_000, 3_000])
    expect(times).toHaveLength(63)
    for (const column of Object.values(columns)) expect(column).toHaveLength(63)
    expect(columns.granted.slice(0, 3)).toEqual([null, 1, 1])
    expect(columns.use50[30]).toBeCloseTo(200, -1)
    expect(columns.wait50[30]).toBeLessThan(1)
    expect(columns.connect50[2]).toBeCloseTo(100, -1)
    expect(columns.connect50[30]).toBeNull()
    expect([columns.leased.at(-1), columns.idle.at(-1), columns.waiting.at(-1)]).toEqual([2, 0, 1])
    expect([columns.leased[30], columns.idle[30], columns.waiting[30]]).toEqual([0, 2, 0])
    for (const lease of held) lease.release()
    ;(await waiting).release()
    hub.close()
  })

  it('has some minutes of them at most', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    const { hub } = hubOn(clock, pool, 10)
    await clock.advance(3_600_000)
    const { times } = await open(hub).until(isPast)
    expect(times.length).toBeGreaterThanOrEqual(300)
    expect(times.length).toBeLessThan(700)
    expect(times.at(-1)).toBe(3_600_000)
    hub.close()
  })

  it('that cannot read yet has them as soon as it can', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    const { hub } = hubOn(clock, pool, 10)
    await clock.advance(5_000)
    const page = open(hub)
    await page.until(isFrame)
    const later = open(hub)
    await clock.advance(5_000)
    expect((await later.until(isPast)).times.at(-1)).toBe(5_000)
    expect(page.messages.filter(isPast)).toHaveLength(1)
    hub.close()
  })

  it('of a real inspector has them, too', async () => {
    await using pool = quickPool({ min: 1 })
    await using running = await inspector(pool)
    for (;;) {
      const page = await Page.open(running.url)
      await page.until(isFrame)
      await page.close()
      const past = page.messages.find(isPast)
      if (past !== undefined && past.times.length >= 2)
        return expect(Number(past.columns.idle.at(-1)) + Number(past.columns.leased.at(-1))).toBe(1)
      await pool.use(() => new Promise(resolve => setTimeout(resolve, 200)))
    }
  })
})

describe('a pool', () => {
  it('without a history is not looked at while there is no page', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    const { hub, timers } = hubOn(clock, pool, 0)
    expect(timers.running).toBe(0)
    await clock.advance(5_000)
    const page = open(hub)
    await page.until(isFrame)
    expect(page.messages.some(isPast)).toBe(false)
    hub.close()
  })

  it('is not looked at any more when it has ended, nor when the inspector has', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    const { hub, timers } = hubOn(clock, pool, 10)
    await clock.advance(3_000)
    const closing = pool.close()
    await clock.advance(10_000)
    await closing
    const { times } = await open(hub).until(isPast)
    expect(times.at(-1)).toBeLessThan(5_000)
    hub.close()
    expect(timers.running).toBe(0)
  })
})

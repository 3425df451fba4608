// The chart by which an adaptive pool finds its size, alone: on databases whose knee is known.
import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { sizeFinderMachine } from '../../src/machines/size-finder.js'
import { bestOf, findSize, knees, movesAt, type Step, sizeAt } from '../support/knees.js'
import { cases } from '../support/seeds.js'

const range = { min: 1, max: 32 }
const seeds = Array.from({ length: cases({ all: 20, some: 7 }) }, (_, index) => index + 1)
const second = 1_000
const end = 2 * movesAt
/** When those are over whose knee does not move. */
const soon = 90 * second

describe.each(Object.entries(knees))('a database that %s', (name, knee) => {
  // After its knee has moved, a database is another one.
  const parts: [number, number][] = name.startsWith('moves')
    ? [
        [0, movesAt],
        [movesAt, end],
      ]
    : [[0, soon]]
  const runs: Step[][] = []
  const eachPart = (check: (steps: readonly Step[], from: number, to: number) => void) => {
    for (const seed of seeds) runs[seed] ??= findSize(knee, range, seed, parts.at(-1)?.[1] ?? 0)
    for (const seed of seeds) for (const [from, to] of parts) check(runs[seed] ?? [], from, to)
  }

  it('gets within 10 % of the best fixed size within 30 s, and stays there', () => {
    eachPart((steps, from, to) => {
      const best = bestOf(knee, range, from)
      for (let at = from + 30 * second; at < to; at += 100)
        expect(knee(sizeAt(steps, at), at)).toBeGreaterThanOrEqual(0.9 * best)
    })
  })

  it('is held within one connection after that', () => {
    eachPart((steps, from, to) => {
      const held = sizeAt(steps, to - 1)
      for (let at = from + 30 * second; at < to; at += 100)
        expect(Math.abs(sizeAt(steps, at) - held)).toBeLessThanOrEqual(1)
    })
  })
})

describe('the chart', () => {
  const begin = () => {
    const finder = createActor(sizeFinderMachine, {
      input: { policy: { interval: 1_000, tolerance: 0.05 }, range },
    }).start()
    let at = 0
    let served = 0
    /** So many seconds in which so many leases end, with as many connections as it says. */
    const live = (seconds: number, perSecond: number, wanted = true, open?: number) => {
      for (let look = 0; look < 10 * seconds; look++) {
        at += 100
        served += perSecond / 10
        const { size } = finder.getSnapshot().context
        finder.send({ type: 'sampled', at, served, open: open ?? size, wanted })
      }
      const { value, context } = finder.getSnapshot()
      return { value, size: context.size, range: context.range }
    }
    return { finder, live }
  }
  const atFirst = { value: { searching: 'waiting' }, size: 32, range }

  it('learns nothing while no caller waits', () => {
    expect(begin().live(100, 500, false)).toEqual(atFirst)
  })

  it('learns nothing of a size while the pool has another number of connections', () => {
    expect(begin().live(100, 500, true, 20)).toEqual(atFirst)
    expect(begin().live(100, 500, true, 33)).toEqual(atFirst)
  })

  it('holds what it has found while no caller waits', () => {
    const { live } = begin()
    const { size, value } = live(60, 500) // as many with any size: one connection is enough
    expect([size, Object.keys(value)]).toEqual([1, ['holding']])
    expect(live(600, 10, false)).toMatchObject({ size, value: { holding: 'waiting' } })
  })

  it('forgets what it measured when no caller has waited for long', () => {
    const { live, finder } = begin()
    live(3, 500)
    const { size, seen } = finder.getSnapshot().context
    expect([size, seen.length]).toEqual([16, 1])
    live(60, 10, false)
    expect(finder.getSnapshot().context).toMatchObject({ size, seen: [] })
  })

  it('has every connection again when no lease ends for five intervals, and for ten minutes no more so few', () => {
    const { live } = begin()
    const { size } = live(60, 500)
    expect(live(6, 0)).toEqual({ ...atFirst, range: { min: size + 1, max: 32 } })
    expect(live(60, 500).size).toBe(2)
    expect(live(500, 500).size).toBeGreaterThanOrEqual(2)
    expect(live(120, 500)).toMatchObject({ size, range })
  })

  it('is back at its size after one stall and another, all of the database', () => {
    const { live, finder } = begin()
    const found = () => finder.getSnapshot().context.held.reference.size
    let most = 0
    for (let stall = 0; stall < 8; stall++) {
      live(6, 0)
      live(60, 500)
      most = Math.max(most, found())
    }
    expect(most).toBeLessThanOrEqual(9)
    live(700, 500)
    expect([found(), finder.getSnapshot().context.range]).toEqual([1, range])
    for (let stall = 0; stall < 8; stall++) {
      live(6, 0)
      live(700, 500)
      expect(found()).toBe(1)
    }
  })

  it('begins anew with the largest size when the range is another', () => {
    const { live, finder } = begin()
    live(60, 500)
    finder.send({ type: 'resized', range: { min: 2, max: 20 } })
    expect(live(0, 0)).toEqual({ value: { searching: 'waiting' }, size: 20, range: { min: 2, max: 20 } })
  })
})

// The system's clock while a test runner has replaced the timers, and before and after: time and timers agree, and none is lost.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.js'

type Replaced = NonNullable<Parameters<typeof vi.useFakeTimers>[0]>['toFake']

const told: string[] = []
const tell = (what: string) => () => told.push(what)

afterEach(() => {
  vi.useRealTimers()
  told.length = 0
})

const lists: [string, Replaced][] = [
  ['all that Vitest 3 and later replace', undefined],
  ['what Vitest 1 and 2 replaced', ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date']],
  ['timers alone', ['setTimeout', 'clearTimeout']],
]

describe.each(lists)('%s', (_, toFake) => {
  it('a timer that rings finds that its time has come', () => {
    vi.useFakeTimers(toFake === undefined ? {} : { toFake })
    const begin = systemClock.now()
    const rang: number[] = []
    for (const delay of [5_000, 100.7, 0.3])
      systemClock.setTimeout(() => rang.push(systemClock.now() - begin - delay), delay)
    vi.advanceTimersByTime(5_000)
    expect(rang).toHaveLength(3)
    for (const late of rang) expect(late).toBeGreaterThan(-0.01) // milliseconds since 1970 have no more places
  })

  it('the time goes on where it stood when the real timers are back', () => {
    vi.useFakeTimers(toFake === undefined ? {} : { toFake })
    const begin = systemClock.now()
    systemClock.setTimeout(tell('late'), 1_000)
    vi.advanceTimersByTime(1_000)
    vi.useRealTimers()
    expect(systemClock.now()).toBeGreaterThanOrEqual(begin)
    expect(told).toEqual(['late'])
  })
})

it('a time that passes within a turn is seen, however often it was asked for', () => {
  vi.useFakeTimers()
  const begin = systemClock.now()
  for (let i = 0; i < 100; i++) systemClock.now()
  vi.advanceTimersByTime(1_000)
  expect(systemClock.now()).toBe(begin + 1_000)
})

it('a timer from before is cleared all the same', async () => {
  const timer = systemClock.setTimeout(tell('cleared'), 5)
  vi.useFakeTimers()
  systemClock.clearTimeout(timer)
  vi.useRealTimers()
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(told).toEqual([])
})

it('a timer that was kept for later moves to the timers of the day when it is needed', () => {
  const kept = systemClock.setTimeout(tell('kept'), 5_000)
  systemClock.unref?.(kept)
  vi.useFakeTimers()
  systemClock.ref?.(kept)
  // Replaced timers begin at the time of day, which drifts away from the monotonic clock of a process that has run for long.
  vi.advanceTimersByTime(4_000)
  expect(told).toEqual([])
  vi.advanceTimersByTime(2_000)
  expect(told).toEqual(['kept'])
})

it('and back', async () => {
  vi.useFakeTimers()
  const kept = systemClock.setTimeout(tell('kept'), 5)
  systemClock.unref?.(kept)
  vi.useRealTimers()
  systemClock.ref?.(kept)
  await vi.waitFor(() => expect(told).toEqual(['kept']))
})

it('one that has rung is not set again by that', async () => {
  vi.useFakeTimers()
  const rung = systemClock.setTimeout(tell('rung'), 5)
  vi.advanceTimersByTime(5)
  vi.useRealTimers()
  systemClock.ref?.(rung)
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(told).toEqual(['rung'])
})

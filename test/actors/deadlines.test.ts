// Everybody's deadline is kept, with one timer, whoever is settled before.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadlines } from '../../src/actors/callers/deadlines.js'
import { AcquireRequest } from '../../src/actors/callers/request.js'
import { Alarm } from '../../src/actors/time/alarm.js'
import { ClockScheduler } from '../../src/actors/time/scheduler.js'
import { slack } from '../support/patience.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

function timekeeping() {
  const clock = createSimulatedClock()
  const expired: { at: number; timeout: number }[] = []
  let rings = 0
  let pausedSince: number | undefined
  const alarm = new Alarm(new ClockScheduler(clock, true), () => {
    rings++
    const now = clock.now()
    const due = pausedSince === undefined ? deadlines.takeDue(now) : deadlines.takeOwnDue(now)
    for (const request of due) {
      expired.push({ at: clock.now(), timeout: request.timeout })
      request.refuse(new Error('too late'))
    }
  })
  const deadlines: Deadlines<unknown> = new Deadlines(alarm)
  const add = (timeout: number, strict = false) => {
    const request = new AcquireRequest<unknown>(clock.now(), timeout, 0, strict)
    request.watch = { settled: settled => deadlines.noteSettled(settled) }
    request.promise().catch(() => {})
    deadlines.add(request)
    return request
  }
  /** What the pool's machine does when it is paused, and when it resumes. */
  const pause = () => {
    pausedSince = clock.now()
  }
  const resume = () => {
    deadlines.addPause(pausedSince as number, clock.now())
    pausedSince = undefined
  }
  return { clock, expired, add, pause, resume, rings: () => rings, size: () => deadlines.size }
}

it('expires each request at its own time, and nobody who was settled before', async () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        do: fc.constant('add' as const),
        timeout: fc.constantFrom(0, 1, 5, 10, 20, 50, 100, Number.POSITIVE_INFINITY),
      }),
      fc.record({ do: fc.constant('settle' as const), which: fc.nat(50) }),
      fc.record({ do: fc.constant('wait' as const), time: fc.constantFrom(0, 1, 3, 10, 30) }),
    ),
    { maxLength: 100 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async story => {
      const { clock, expired, add } = timekeeping()
      const due = new Map<AcquireRequest<unknown>, number>()
      const expected: { at: number; timeout: number }[] = []
      for (const step of story) {
        if (step.do === 'add') {
          const request = add(step.timeout)
          due.set(request, request.deadline)
        } else if (step.do === 'settle') {
          const request = [...due.keys()][step.which % Math.max(1, due.size)]
          if (request?.waits) request.refuse(new Error('settled'))
          if (request) due.delete(request)
        } else {
          await clock.advance(step.time)
          for (const [request, at] of [...due].sort(([, a], [, b]) => a - b)) {
            if (at > clock.now()) continue
            expected.push({ at, timeout: request.timeout })
            due.delete(request)
          }
          expect(sorted(expired)).toEqual(sorted(expected))
        }
        expect(clock.pending).toBeLessThanOrEqual(1)
      }
      for (const request of due.keys()) if (request.waits) request.refuse(new Error('settled'))
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 200 },
  )
})

it('expires each at its own time, in whatever order they came', async () => {
  const { clock, add, expired } = timekeeping()
  for (let count = 0; count < 101; count++) add(1 + ((count * 37) % 101))
  for (let time = 1; time <= 101; time++) {
    await clock.advance(1)
    expect(expired.map(({ timeout }) => timeout)).toEqual(
      Array.from({ length: time }, (_, index) => index + 1),
    )
  }
})

it('never sets a timer for those who wait for ever', () => {
  const { clock, add } = timekeeping()
  add(Number.POSITIVE_INFINITY)
  expect(clock.pending).toBe(0)
})

it('rings once for many that are due together', async () => {
  const { clock, add, expired, rings } = timekeeping()
  for (let count = 0; count < 1_000; count++) add(100)
  await clock.advance(100)
  expect(expired).toHaveLength(1_000)
  expect(rings()).toBe(1)
})

it('does not keep those who were settled in time, however many they are', () => {
  const { clock, add } = timekeeping()
  const start = performance.now()
  add(1_000_000)
  const settled = new Error('settled')
  for (let count = 0; count < 100_000; count++) add(100 + (count % 7)).refuse(settled)
  expect(clock.pending).toBe(1)
  expect(performance.now() - start).toBeLessThan(5_000 * slack)
})

function sorted(list: readonly { at: number; timeout: number }[]): string[] {
  return list.map(({ at, timeout }) => `${at} ${timeout}`).sort()
}

describe('a pause', () => {
  it('stops the time of all but those whose timeout is their own', async () => {
    const { clock, add, expired, pause, resume } = timekeeping()
    add(100)
    add(120, true)
    add(50)
    add(2_000, true)
    add(70)
    await clock.advance(10)
    pause()
    await clock.advance(1_000)
    expect(expired).toEqual([{ at: 120, timeout: 120 }])
    resume()
    await clock.advance(1_000)
    expect(expired.slice(1)).toEqual([
      { at: 1_050, timeout: 50 },
      { at: 1_070, timeout: 70 },
      { at: 1_100, timeout: 100 },
      { at: 2_000, timeout: 2_000 },
    ])
  })

  it('gives those who come meanwhile all of their time when it ends, unless it is their own', async () => {
    const { clock, add, expired, pause, resume } = timekeeping()
    pause()
    await clock.advance(100)
    add(30)
    add(40, true)
    await clock.advance(100)
    resume()
    await clock.advance(100)
    expect(expired).toEqual([
      { at: 140, timeout: 40 },
      { at: 230, timeout: 30 },
    ])
  })

  it('wakes no one for the deadlines that do not run, more than once', async () => {
    const { clock, add, pause, rings } = timekeeping()
    for (let timeout = 10; timeout < 20; timeout++) add(timeout)
    pause()
    await clock.advance(1_000)
    expect([rings(), clock.pending]).toEqual([1, 0])
  })

  it('leaves no timer for those who were settled before or meanwhile', () => {
    const { clock, add, pause, resume } = timekeeping()
    const settled = new Error('settled')
    const [before, meanwhile, own] = [add(10), add(20), add(30, true)]
    add(40, true)
    before.refuse(settled)
    pause()
    meanwhile.refuse(settled)
    own.refuse(settled)
    expect(clock.pending).toBe(1)
    resume()
    expect(clock.pending).toBe(1)
  })

  it('of a queue in which no caller is left leaves none', () => {
    const { clock, add, pause, resume } = timekeeping()
    const waiting = [add(10), add(20), add(30)]
    pause()
    for (const request of waiting) request.refuse(new Error('settled'))
    expect(clock.pending).toBe(0)
    resume()
    expect(clock.pending).toBe(0)
  })
})

it.each(['runs', 'stands still'])(
  'keeps no more of those who gave up than of those who wait, while time %s',
  how => {
    const { add, pause, size } = timekeeping()
    if (how === 'stands still') pause()
    for (let count = 0; count < 10; count++) add(1_000)
    for (let count = 0; count < 1_000; count++) add(1_000).refuse(new Error('gave up'))
    expect(size()).toBeLessThanOrEqual(21)
  },
)

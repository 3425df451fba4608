// Everybody's deadline is kept, with one timer, whoever is settled before.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Alarm } from '../../src/actors/alarm.js'
import { Deadlines } from '../../src/actors/deadlines.js'
import { AcquireRequest } from '../../src/actors/request.js'
import { ClockScheduler } from '../../src/actors/scheduler.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

function timekeeping() {
  const clock = createSimulatedClock()
  const expired: { at: number; timeout: number }[] = []
  let rings = 0
  const alarm = new Alarm(new ClockScheduler(clock, true), () => {
    rings++
    for (const request of deadlines.takeDue(clock.now())) {
      expired.push({ at: clock.now(), timeout: request.timeout })
      request.refuse(new Error('too late'))
    }
  })
  const deadlines: Deadlines<unknown> = new Deadlines(alarm)
  const add = (timeout: number) => {
    const request = new AcquireRequest<unknown>(clock.now(), timeout, 0)
    request.watch = { settled: settled => deadlines.noteSettled(settled) }
    request.promise().catch(() => {})
    deadlines.add(request)
    return request
  }
  return { clock, expired, add, rings: () => rings }
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
  for (let count = 0; count < 100_000; count++) add(100 + (count % 7)).refuse(new Error('settled'))
  expect(clock.pending).toBe(1)
  expect(performance.now() - start).toBeLessThan(5_000)
})

function sorted(list: readonly { at: number; timeout: number }[]): string[] {
  return list.map(({ at, timeout }) => `${at} ${timeout}`).sort()
}

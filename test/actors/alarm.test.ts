// One timer for many wishes: it rings at the earliest.

import { expect, it, vi } from 'vitest'
import { Alarm } from '../../src/actors/time/alarm.js'
import { ClockScheduler } from '../../src/actors/time/scheduler.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

function alarmClock() {
  const clock = createSimulatedClock()
  const rings: number[] = []
  const alarm = new Alarm(new ClockScheduler(clock, true), () => rings.push(clock.now()))
  return { clock, alarm, rings }
}

it('rings once, at the earliest time asked for', async () => {
  const { clock, alarm, rings } = alarmClock()
  for (const time of [50, 20, 80, 20, 30]) alarm.noLaterThan(time)
  expect(clock.pending).toBe(1)
  await clock.advance(1_000)
  expect(rings).toEqual([20])
  expect(clock.pending).toBe(0)
})

it('can be set again once it has rung', async () => {
  const { clock, alarm, rings } = alarmClock()
  alarm.noLaterThan(10)
  await clock.advance(10)
  alarm.noLaterThan(30)
  await clock.advance(20)
  expect(rings).toEqual([10, 30])
})

it('rings at once for a time that has passed', async () => {
  const { clock, alarm, rings } = alarmClock()
  await clock.advance(100)
  alarm.noLaterThan(40)
  await clock.advance(0)
  expect(rings).toEqual([100])
})

it('does not ring when it was cleared, and never for Infinity', async () => {
  const { clock, alarm, rings } = alarmClock()
  alarm.noLaterThan(Number.POSITIVE_INFINITY)
  expect(clock.pending).toBe(0)
  alarm.noLaterThan(10)
  alarm.clear()
  expect(clock.pending).toBe(0)
  await clock.advance(100)
  expect(rings).toEqual([])
})

it('that rests holds no process and keeps its timer, until somebody needs it again', async () => {
  const clock = createSimulatedClock()
  const holding = new Set<unknown>()
  const ring = vi.fn()
  const scheduler = new ClockScheduler(
    {
      now: () => clock.now(),
      setTimeout: (callback, delay) => {
        const timer = clock.setTimeout(callback, delay)
        holding.add(timer)
        return timer
      },
      clearTimeout: timer => clock.clearTimeout(timer),
      unref: timer => holding.delete(timer),
      ref: timer => holding.add(timer),
    },
    true,
  )
  const alarm = new Alarm(scheduler, ring)
  alarm.noLaterThan(100)
  alarm.rest()
  expect([holding.size, clock.pending]).toEqual([0, 1])
  alarm.noLaterThan(200)
  expect([holding.size, clock.pending]).toEqual([1, 1])
  await clock.advance(100)
  expect(ring).toHaveBeenCalledTimes(1) // whoever is rung too early asks again
})

it('that rests is cleared where the clock cannot let the process exit and hold it again', () => {
  const { clock, alarm } = alarmClock()
  alarm.noLaterThan(100)
  alarm.rest()
  expect(clock.pending).toBe(0)
})

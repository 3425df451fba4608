// The system's clock is read once a turn where it is asked all the time, and recovers from a test runner that replaces timers for a while.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.js'

/** Asks so often that the clock no longer reads the time. */
function askOften(): number {
  for (let i = 0; i < 1e5; i++) systemClock.now()
  return systemClock.now()
}

it('goes on after timers were replaced while it was read', async () => {
  vi.useFakeTimers()
  const before = askOften()
  vi.useRealTimers()
  await nextTurn()
  await vi.waitFor(() => expect(systemClock.now()).toBeGreaterThan(before))
})

it('stands still within a turn in which it is asked all the time, and never goes back', async () => {
  const first = askOften()
  let others = 0
  for (let i = 0; i < 1e5; i++) if (systemClock.now() !== first) others++
  expect(others).toBe(0)
  await nextTurn()
  expect(systemClock.now()).toBeGreaterThanOrEqual(first)
})

it('is read anew where it is asked now and then', () => {
  let before = systemClock.now()
  for (let i = 0; i < 100; i++) {
    const until = performance.now() + 0.1
    while (performance.now() < until);
    const now = systemClock.now()
    expect(now).toBeGreaterThan(before)
    before = now
  }
})

it('takes a delay that is longer than a timer can be for never', () => {
  expect(systemClock.setTimeout(() => {}, Number.POSITIVE_INFINITY)).toBe(undefined)
  systemClock.clearTimeout(undefined)
  systemClock.unref?.(undefined)
})

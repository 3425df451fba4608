// The system's clock is read once a turn, and recovers from a test runner that replaces timers for a while.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.js'

it('goes on after timers were replaced while it was read', async () => {
  vi.useFakeTimers()
  const before = systemClock.now()
  vi.useRealTimers()
  await nextTurn()
  await vi.waitFor(() => expect(systemClock.now()).toBeGreaterThan(before))
})

it('stands still within a turn and never goes back', async () => {
  const first = systemClock.now()
  for (let i = 0; i < 1e5; i++) expect(systemClock.now() === first).toBe(true)
  await nextTurn()
  expect(systemClock.now()).toBeGreaterThanOrEqual(first)
})

it('takes a delay that is longer than a timer can be for never', () => {
  expect(systemClock.setTimeout(() => {}, Number.POSITIVE_INFINITY)).toBe(undefined)
  systemClock.clearTimeout(undefined)
  systemClock.unref?.(undefined)
})

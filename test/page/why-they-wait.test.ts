// The line above the queue.
import { expect, it } from 'vitest'
import { waitedOf, whyTheyWait } from '../../src/inspector/page/model/why-they-wait.js'
import { frameAt } from './support/transitions.js'

it.each([
  ['paused', {}, 'the pool is paused'],
  ['backingOff.waiting', { busy: 4 }, 'no connection can be opened'],
  ['shedding', { busy: 4 }, 'the pool is overloaded'],
  ['running', { busy: 1, heldBack: true }, 'the shared budget is spent'],
  ['running', { busy: 4 }, 'all 4 connections are leased'],
  ['running', { busy: 3, connecting: 1 }, 'connections that are being opened'],
  ['running', { busy: 3, validating: 1 }, 'being validated or reset'],
  ['running', { busy: 3 }, 'the next connection that becomes free'],
] as const)('of a pool that is %s, with %o: %s', (state, stats, words) => {
  const { frame } = frameAt(0, { ...stats, max: 4, waiting: 1 })
  expect(whyTheyWait({ frame, state })).toContain(words)
})

it('counts a caller’s wait up to the frame that lists it: in a recording it may have timed out before the next one', () => {
  const { frame } = frameAt(3_000, { waiting: 1 })
  expect(waitedOf({ since: 6 }, frame)).toBe(2_994)
  expect(waitedOf({ since: 3_001 }, frame)).toBe(0) // the clock's rounding
})

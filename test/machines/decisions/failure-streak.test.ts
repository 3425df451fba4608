// When a failed connect is one more of many and when it is the first: what a pool remembers of its failures.
import { describe, expect, it } from 'vitest'
import {
  afterFailure,
  afterRecovery,
  type FailureStreak,
  noFailures,
} from '../../../src/machines/decisions/backoff.js'

const refused = new Error('refused')

/** One more failure, at a time and after so many leases. */
const fail = (streak: FailureStreak, now = 0, served = 0, established = 0) =>
  afterFailure(streak, refused, now, 0, { served, established })

/** A connect that succeeded, at a time, after so many leases and beside so many connections. */
const recover = (streak: FailureStreak, now: number, served: number, established = 0) =>
  afterRecovery(streak, now, { served, established })

const threeFailures = fail(fail(fail(noFailures)))

describe('a streak of failures', () => {
  it('counts them, backs off for longer each time and remembers the last error', () => {
    expect([noFailures, threeFailures]).toMatchObject([
      { failures: 0, backoff: 0, lastConnectError: undefined },
      { failures: 3, backoff: 200, lastConnectError: refused },
    ])
  })

  it('goes on while nothing has recovered, however much time passes and however many leases come back', () => {
    expect(fail(threeFailures, 1e9, 1_000).failures).toBe(4)
  })

  it('forgets the error with the recovery', () => {
    expect(recover(threeFailures, 1_000, 0)).toMatchObject({ failures: 3, lastConnectError: undefined })
  })

  it('is not ended by a recovery that lasted less than five seconds and served nobody', () => {
    const recovered = recover(threeFailures, 1_000, 7)
    expect(fail(recovered, 5_999, 7).failures).toBe(4)
    expect(fail(recovered, 6_000, 7).failures).toBe(1)
  })

  it('is ended by a recovery that served somebody, however short', () => {
    expect(fail(recover(threeFailures, 1_000, 7), 1_000, 8)).toMatchObject({ failures: 1, backoff: 50 })
  })

  it('is not ended twice by the same recovery', () => {
    const first = fail(recover(threeFailures, 1_000, 7), 2_000, 8)
    expect(fail(first, 20_000, 9).failures).toBe(2)
  })

  it('is shortened by each connection that the recovery won beside the first, but a failure stays one', () => {
    const recovered = recover(threeFailures, 1_000, 0, 10)
    const won = [0, 1, 2, 3, 4, 5].map(more => fail(recovered, 2_000, 0, 10 + more).failures)
    expect(won).toEqual([4, 4, 3, 2, 1, 1])
  })

  it('is not shortened by connections that were lost again', () => {
    expect(fail(recover(threeFailures, 1_000, 0, 10), 2_000, 0, 4).failures).toBe(4)
  })
})

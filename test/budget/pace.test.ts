// When pools of a fleet try again.
import { describe, expect, it } from 'vitest'
import { retryDelay, yieldDelay } from '../../src/fleet/pace.js'
import { isSpent } from '../../src/fleet/spent.js'

describe('a pool of a fleet that found no slot tries again', () => {
  it('after 100 ms at most, then later and later, up to 2 s', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map(refusals => retryDelay(refusals, 0, 1))).toEqual([
      100, 200, 400, 800, 1_600, 2_000, 2_000,
    ])
  })

  it('half of the time at random, so that those refused together do not come back together', () => {
    expect([retryDelay(1, 0, 0), retryDelay(1, 0, 0.5)]).toEqual([50, 75])
    expect([yieldDelay(0), yieldDelay(0.5)]).toEqual([500, 750])
  })

  it('half as often while it holds connections', () => {
    expect(retryDelay(6, 3, 1)).toBe(4_000)
  })
})

describe('the fleet is spent, and the database not down, says', () => {
  const error = (code: string, routine: string) => Object.assign(new Error('too many'), { code, routine })

  it('53300 of the role’s limit, however it is wrapped', () => {
    const limit = error('53300', 'InitializeSessionUserId')
    expect([isSpent(limit), isSpent(new Error('wrapped', { cause: limit }))]).toEqual([true, true])
  })

  it('but not 53300 of a server that is full, nor anything else', () => {
    expect(isSpent(error('53300', 'InitProcess'))).toBe(false)
    expect(isSpent(error('28P01', 'InitializeSessionUserId'))).toBe(false)
    expect(isSpent(undefined)).toBe(false)
  })
})

// When pools of a fleet try again.
import { describe, expect, it } from 'vitest'
import { growthDelay, retryDelay, yieldDelay } from '../../src/fleet/pace.js'
import { isSpent } from '../../src/fleet/spent.js'

describe('a pool of a fleet that found no slot tries again', () => {
  const delay = (refusals: number, random: number, { held = 0, isSpread = true } = {}) =>
    retryDelay({ refusals, held, isSpread }, random)

  it('after 100 ms at most, then later and later, up to 1 s', () => {
    expect([1, 2, 3, 4, 5, 20].map(refusals => delay(refusals, 1))).toEqual([
      100, 200, 400, 800, 1_000, 1_000,
    ])
  })

  it('soon while others hold more than they should, as one of them was told to give way', () => {
    expect([1, 2, 3, 20].map(refusals => delay(refusals, 1, { isSpread: false }))).toEqual([
      100, 200, 200, 200,
    ])
  })

  it('later for more than it holds, while connections are scarce', () => {
    expect([growthDelay(0), growthDelay(1), growthDelay(3)]).toEqual([0, 500, 1_500])
  })

  it('half of the time at random, so that those refused together do not come back together', () => {
    expect([delay(1, 0), delay(1, 0.5)]).toEqual([50, 75])
    expect([yieldDelay(0), yieldDelay(0.5)]).toEqual([500, 750])
  })

  it('half as often while it holds connections', () => {
    expect(delay(6, 1, { held: 3 })).toBe(2_000)
  })
})

describe('the fleet is spent, and the database not down, says', () => {
  const error = (code: string, routine: string) => Object.assign(new Error('too many'), { code, routine })

  it('53300 of the role’s limit, however it is wrapped', () => {
    const limit = error('53300', 'InitializeSessionUserId')
    expect([isSpent(limit), isSpent(new Error('wrapped', { cause: limit }))]).toEqual([true, true])
  })

  it('53300 of the database’s limit', () => {
    expect(isSpent(error('53300', 'CheckMyDatabase'))).toBe(true)
  })

  it('1203 of MySQL and MariaDB, and 1226 of connections, but of no other resource, nor 1040', () => {
    const told = (errno: number, message: string) => isSpent(Object.assign(new Error(message), { errno }))
    const user = (resource: string) => `User 'web' has exceeded the '${resource}' resource (current value: 5)`
    expect(told(1203, "User web already has more than 'max_user_connections' active connections")).toBe(true)
    expect(told(1226, user('max_user_connections'))).toBe(true)
    expect(told(1226, user('max_connections_per_hour'))).toBe(false)
    expect(told(1040, 'Too many connections')).toBe(false)
  })

  it('but not 53300 of a server that is full, nor anything else', () => {
    expect(isSpent(error('53300', 'InitProcess'))).toBe(false)
    expect(isSpent(error('28P01', 'InitializeSessionUserId'))).toBe(false)
    expect(isSpent(undefined)).toBe(false)
  })
})

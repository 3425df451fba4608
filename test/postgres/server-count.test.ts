// What the server counts while connections come back with a statement running: never more than `max`.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Backends, watchBackends } from '../support/backends.js'
import { hastyPools, hastyWays, lendHastily } from '../support/hasty-borrowers.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('server count')
})
afterAll(() => backends.stop())

describe.each(hastyPools)('a pool of 4, %s', (_, open) => {
  it.each(hastyWays)('never has more than 4 backends when connections are %s', async (_, way) => {
    const pool = open(backends.config, 4)
    const peak = backends.watchPeak()
    await lendHastily(pool, way, { borrowers: 7, loans: 30 })
    await pool.close()
    const { connected } = await peak()
    expect(connected).toBeGreaterThan(1)
    expect(connected).toBeLessThanOrEqual(4)
    expect(await backends.count()).toBe(0)
  })
})

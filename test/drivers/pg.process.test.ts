// An idle PostgreSQL connection keeps the process alive only if the pool wants it to.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { socketsAtRest, socketsHeld } from '../support/sockets.js'

describe('a PostgreSQL connection', () => {
  let backends: Backends

  beforeAll(async () => {
    backends = await watchBackends('pg process')
  })
  afterAll(() => backends.stop())

  it.each([
    ['in the clear', () => ({})],
    ['over TLS', () => ({ ssl: { ca: inject('postgres').cert } })],
  ])('%s lets the process exit after unref, and holds it again after ref', async (_, more) => {
    const before = await socketsAtRest()
    const driver = postgres({ ...backends.config, ...more() })
    const client = await driver.connect({ signal: new AbortController().signal, onLost() {} })
    expect(socketsHeld()).toBe(before + 1)
    driver.unref?.(client)
    expect(socketsHeld()).toBe(before)
    driver.ref?.(client)
    expect(socketsHeld()).toBe(before + 1)
    await driver.close(client)
  })
})

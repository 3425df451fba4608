// Sharing needs the pipeline mode of pg 8.23: with an older pg the pool says so when it is made, not at the first statement.

import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { canPipeline } from '../../src/db/pg/driver/sharing.js'
import { createPool } from '../../src/index.js'

/** pg's own, as if it knew nothing of pipelines. */
const older = new Proxy(function older() {}, {
  construct: (_, [config]) => new pg.Client(config),
  get: (target, name) => (name === 'prototype' ? {} : Reflect.get(target, name)),
}) as unknown as typeof pg.Client

/** The pg of these tests too, where it is older: `npm run test:peers`. */
const clients = [
  ['a client without pipeline mode', older],
  ...(canPipeline(pg.Client) ? [] : [['the pg that is installed', pg.Client] as const]),
] as const

describe.each(clients)('with %s', (_, Client) => {
  it('share is refused, by its name, with what to do', () => {
    const driver = postgres({ host: 'db', Client })
    expect(() => createPool(driver, { share: { depth: 8 } })).toThrow(
      /Omit share \(with pg, it needs pg 8\.23 or later\)/,
    )
  })

  it('a pool without it is made', async () => {
    await createPool(postgres({ host: 'db', port: 1, Client }), { min: 0 }).close()
  })
})

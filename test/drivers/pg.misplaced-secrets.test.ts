// A secret in the wrong place: whatever refuses it, and whatever is said of where the pool connects to, does not show it.

import { inspect } from 'node:util'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'

const secret = 'zq7hunter'

/** All that is shown of a configuration: the refusal, or the driver and its pool. */
async function shown(config: unknown): Promise<string> {
  const texts: string[] = []
  const add = (value: unknown) => texts.push(inspect(value, { depth: 8 }), JSON.stringify(value) ?? '')
  try {
    const driver = postgres(config as PostgresConfig)
    const pool = createPool(driver, { min: 0, max: 1 })
    add([driver.describe?.(), driver, pool, pool.stats()])
    await pool.close()
  } catch (error) {
    const { message, stack, value, cause } = error as Error & { value?: unknown }
    texts.push(message, stack ?? '')
    add([error, value, cause])
  }
  return texts.join('\n')
}

const url = `postgres://web:${secret}@db/shop`

describe('a secret in the wrong place is not shown', () => {
  it.each([
    ...['/', '?', '#', '@', '@/', '?a=', ':', '%', ' '].flatMap(sign => [
      `postgres://web:${sign}${secret}@db/shop`,
      `postgres://web:12${sign}${secret}@db/shop`,
      `postgres://web:x@y${sign}${secret}@db/shop`,
      `postgres://web:12${sign}${secret}@db`,
    ]),
    secret,
    `web:${secret}@db/shop`,
    `host=db password=${secret}`,
    `postgres://web:${secret}`,
    { host: url },
    { database: url },
    { user: url },
    { host: `web:${secret}@db` },
    { host: `web:${secret}` },
    { database: `web:${secret}@db/shop` },
    { user: `web:${secret}@db` },
    { port: secret },
    { host: { password: secret } },
    { user: [secret] },
    { password: { secret } },
    { connectionString: { password: secret } },
    { pasword: secret },
    { passphrase: secret },
    { pfx: secret },
    { key: secret },
    { statement_timeout: secret },
    { query_timeout: secret },
    { keepAlive: secret },
    { sslnegotiation: secret },
    { ssl: secret },
    { ssl: { passphrase: secret, pfx: secret, key: secret } },
    { types: { secret } },
    { Client: { secret } },
    { Client: pg.Client, password: { secret } },
    { onConnect: secret },
    { resetQuery: { secret } },
    `postgres://db/shop?query_timeout=${secret}`,
    `postgres://db/shop?sslnegotiation=${secret}`,
    [secret],
  ])('%j', async config => {
    expect(await shown(config)).not.toContain(secret)
  })

  it('nor those of TLS, by a client that is inspected or made JSON', () => {
    let seen: pg.ClientConfig = {}
    class Seeing extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super(config)
        seen = config ?? {}
      }
    }
    postgres({
      Client: Seeing as typeof pg.Client,
      ssl: { passphrase: secret, key: secret, servername: 'db' },
    })
    expect(inspect(seen, { depth: 9 }) + JSON.stringify(seen.ssl)).not.toContain(secret)
    expect(Object.assign({}, seen.ssl)).toMatchObject({ passphrase: secret, servername: 'db' })
    expect((seen.ssl as { key?: string }).key).toBe(secret)
  })
})

it('names of roles that have an @, and names of hosts and sockets, are taken as before', () => {
  const description = (config: PostgresConfig | string) => postgres(config).describe?.()
  expect(description({ host: 'db', user: 'web@tenant', database: 'shop' })).toBe(
    'postgres on db:5432/shop as web@tenant',
  )
  expect(description('postgres://db/shop?user=web@tenant')).toBe('postgres on db:5432/shop as web@tenant')
  expect(description('postgres://web:p@ss@db/shop')).toBe('postgres on db:5432/shop as web')
  expect(description({ host: 'fe80::1', database: 'shop', user: 'web' })).toBe(
    'postgres on [fe80::1]:5432/shop as web',
  )
})

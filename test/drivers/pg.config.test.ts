// What postgres() takes and refuses, and that it says neither with a secret in it.

import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/errors.js'
import { messageOf } from '../../src/core/wording.js'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'

const secret = 'hunter2-%40x'

const refusal = (config: unknown): OptionsError => {
  try {
    postgres(config as PostgresConfig)
  } catch (error) {
    if (error instanceof OptionsError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** Options that a class works out. */
class Settings {
  get host() {
    return 'db.internal'
  }
  get user() {
    return 'web'
  }
  get database() {
    return 'shop'
  }
}

describe('postgres()', () => {
  it('reads the options that a class has, as pg.Client does', () => {
    expect(postgres(new Settings()).describe?.()).toBe('postgres on db.internal:5432/shop as web')
  })

  it.each([
    [`postgres://web:${secret}@db.internal:6432/shop`, 'postgres on db.internal:6432/shop as web'],
    [`postgres://db.internal/shop?user=web&password=${secret}`, 'postgres on db.internal:5432/shop as web'],
    [
      { host: '/run/postgresql', user: 'web', database: 'shop', password: secret },
      'postgres on /run/postgresql/shop as web',
    ],
    [{ host: '::1', user: 'web', password: () => secret }, 'postgres on [::1]:5432/web as web'],
    [
      { connectionString: `postgres://web:${secret}@primary/shop`, host: 'ignored', port: 1 },
      'postgres on primary:5432/shop as web',
    ],
  ])('describes %o without its secret', (config, description) => {
    expect(postgres(config).describe?.()).toBe(description)
  })

  it.each([
    [{ port: 'abc' }, 'port must be an integer from 1 to 65535; got something else (not shown).'],
    [{ port: 70_000 }, 'port must be an integer from 1 to 65535; got something else (not shown).'],
    [
      { host: 5 },
      'host must be the name or the address of a host, or the path of a socket directory; got 5.',
    ],
    [
      { statement_timeout: -1 },
      'statement_timeout must be a number of milliseconds of at least 0, or Infinity; got -1.',
    ],
    [{ types: {} }, 'types must be an object with the method getTypeParser; got an object (Object).'],
    [{ resetQuery: ' ' }, `resetQuery must be SQL, such as 'DISCARD ALL'; got a string (not shown).`],
    [{ keepAlive: 'yes' }, 'keepAlive must be true or false; got a string (not shown).'],
    [{ Client: {} }, 'Client must be a function; got an object (Object).'],
    [{ Client: class {} }, "Client must be pg's Client or a subclass of it; pg-native's cannot be used."],
    [{ max: 5 }, 'max is not an option of postgres(): give createPool the option max.'],
    [
      { idleTimeoutMillis: 5 },
      'idleTimeoutMillis is not an option of postgres(): give createPool the option idleTimeout.',
    ],
    [{ poolSize: 5 }, 'poolSize is not an option of postgres(): give createPool the option max.'],
    [
      { validateAfter: 0 },
      'validateAfter is not an option of postgres(): give createPool the option validateAfter.',
    ],
    [
      { verify: () => {} },
      'verify is not an option of postgres(): inspect new connections in onConnect: when it throws, the connect fails.',
    ],
    [
      { log: console.log },
      'log is not an option of postgres(): subscribe to the events$ of the pool, or give log to the drop-in Pool of statepool/pg.',
    ],
    [
      { likePgPool: true },
      'likePgPool is not an option of postgres(): it is for the drop-in Pool of statepool/pg.',
    ],
    [{ hots: 'db' }, 'postgres has no option "hots"; did you mean hosts?'],
    [7, 'postgres takes an object of options; got 7.'],
    [null, 'postgres takes an object of options; got null.'],
  ])('refuses %o', (config, message) => {
    expect(messageOf(refusal(config))).toBe(message)
  })

  it.each([
    { password: { secret } },
    { password: 12_345 },
    { passwrod: secret },
    { ssl: secret },
    `shop:${secret}@db/shop`,
    `host=db password=${secret}`,
    `postgres://web:${secret}@db:port/shop`,
  ])('refuses %o without showing what may be secret', config => {
    const error = refusal(config)
    expect(`${error.message} ${String(error.value)} ${error.stack}`).not.toMatch(/hunter2|12345/)
  })

  it('turns TCP keepalive on, unless told otherwise', () => {
    let seen: pg.ClientConfig | undefined
    class Seeing extends pg.Client {
      constructor(config?: string | pg.ClientConfig) {
        super(config)
        seen = config as pg.ClientConfig
      }
    }
    postgres({ Client: Seeing })
    expect(seen).toMatchObject({ keepAlive: true, keepAliveInitialDelayMillis: 60_000 })
    postgres({ Client: Seeing, keepAlive: false, keepAliveInitialDelayMillis: 5 })
    expect(seen).toMatchObject({ keepAlive: false, keepAliveInitialDelayMillis: 5 })
  })

  it('takes everything that pg.Client takes, and what a subclass of it takes', () => {
    class Tenant extends pg.Client {}
    postgres({
      host: 'db',
      port: 5433,
      user: 'web',
      password: async () => secret,
      ssl: { rejectUnauthorized: false },
      types: { getTypeParser: pg.types.getTypeParser },
      statement_timeout: 5_000,
      query_timeout: 5_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 5_000,
      application_name: 'shop',
      options: '-c search_path=shop',
      keepAlive: false,
      pipeline: false,
    })
    postgres({ Client: Tenant, tenant: 7, log: console.log } as PostgresConfig)
    postgres()
  })
})

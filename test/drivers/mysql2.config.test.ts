// What mysql() takes and refuses, and that it says neither with a secret in it.

import { describe, expect, it, vi } from 'vitest'
import { OptionsError } from '../../src/core/errors.js'
import { messageOf } from '../../src/core/wording.js'
import { parseConfig } from '../../src/db/mysql2/driver/config.js'
import { type MysqlConfig, mysql } from '../../src/db/mysql2/driver/mysql.js'

const secret = 'hunter2-%40x'

const refusal = (config: unknown): OptionsError => {
  try {
    mysql(config as MysqlConfig)
  } catch (error) {
    if (error instanceof OptionsError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('mysql()', () => {
  it.each([
    [`mysql://web:${secret}@db.internal:3307/shop`, 'mysql on db.internal:3307/shop as web'],
    [`mysql://web:${secret}@db.internal/shop`, 'mysql on db.internal:3306/shop as web'],
    [
      { socketPath: '/run/mysqld/mysqld.sock', user: 'web', database: 'shop', password: secret },
      'mysql on /run/mysqld/mysqld.sock/shop as web',
    ],
    [{ host: '::1', user: 'web', password: () => secret }, 'mysql on [::1]:3306/ as web'],
    [{}, 'mysql on localhost:3306/'],
  ])('describes %o without its secret', (config, description) => {
    expect(mysql(config).describe?.()).toBe(description)
  })

  it.each([
    [{ port: 'abc' }, 'port must be an integer from 1 to 65535; got something else (not shown).'],
    [{ host: 5 }, 'host must be a string; got 5.'],
    [
      { connectTimeout: -1 },
      'connectTimeout must be a number of milliseconds of at least 0, or Infinity; got -1.',
    ],
    [
      { timezone: 'Berlin' },
      `timezone must be 'local', 'Z', or an offset such as '+02:00'; got a string (not shown).`,
    ],
    [
      { maxPreparedStatements: '100' },
      'maxPreparedStatements must be an integer from 0 to 4194304; got a string (not shown).',
    ],
    [
      { maxPreparedStatements: 1e10 },
      'maxPreparedStatements must be an integer from 0 to 4194304; got 10000000000.',
    ],
    [
      { stream: { write() {} } },
      'stream must be a stream, such as a net.Socket, or a function that returns one; got an object (Object).',
    ],
    [{ resetOnRelease: 1 }, 'resetOnRelease must be true or false; got 1.'],
    [{ onConnect: 'SET …' }, 'onConnect must be a function; got a string (not shown).'],
    [{ hots: 'db' }, 'mysql has no option "hots"; did you mean host?'],
    [
      { connectionLimit: 5 },
      "connectionLimit is not an option of mysql(): give createPool the option max, or use the drop-in createPool of 'statepool/mysql2'.",
    ],
    [
      { maxLifetime: 5 },
      "maxLifetime is not an option of mysql(): give createPool the option maxLifetime, or use the drop-in createPool of 'statepool/mysql2'.",
    ],
    [7, 'mysql takes an object of options; got 7.'],
    [null, 'mysql takes an object of options; got null.'],
  ])('refuses %o', (config, message) => {
    expect(messageOf(refusal(config))).toBe(message)
  })

  it.each([
    { password: { secret } },
    { password: 12_345 },
    { password2: 12_345 },
    { passwrod: secret },
    { ssl: 12_345 },
    { ssl: secret },
    `shop:${secret}@db/shop`,
    `mysql://web:${secret}@db:port/shop`,
  ])('refuses %o without showing what may be secret', config => {
    const error = refusal(config)
    expect(`${error.message} ${String(error.value)} ${error.stack}`).not.toMatch(/hunter2|12345/)
  })

  it('takes everything that mysql2 takes, and mysql2 has nothing to say to it', () => {
    const complain = vi.spyOn(console, 'error')
    mysql({
      host: 'db',
      port: 3307,
      user: 'web',
      password: async () => secret,
      ssl: { rejectUnauthorized: false },
      charset: 'utf8mb4_unicode_ci',
      timezone: 'Z',
      typeCast: true,
      dateStrings: ['DATE'],
      flags: ['-FOUND_ROWS'],
      supportBigNumbers: true,
      multipleStatements: false,
      connectAttributes: { program_name: 'shop' },
      enableKeepAlive: false,
      compress: false,
      trace: false,
      resetOnRelease: true,
      onConnect() {},
    })
    mysql()
    expect(complain).not.toHaveBeenCalled()
    complain.mockRestore()
  })

  it('takes what JavaScript and the environment make of it: no TLS, and numbers as texts', async () => {
    await expect(parseConfig({ ssl: false }).connectionOptions()).resolves.not.toHaveProperty('ssl')
    const config = { connectTimeout: '1000', keepAliveInitialDelay: '5' } as unknown as MysqlConfig
    await expect(parseConfig(config).connectionOptions()).resolves.toMatchObject({
      connectTimeout: 1_000,
      keepAliveInitialDelay: 5,
    })
  })

  it('leaves its configuration as it was given, for mysql2 writes into its own', () => {
    const config = Object.freeze({ uri: 'mysql://web@db/shop' })
    mysql(config)
    expect(config).toEqual({ uri: 'mysql://web@db/shop' })
  })
})

// A secret that was put in the wrong place by mistake is shown nowhere, and a time that no timer knows is no limit.

import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { parseConfig } from '../../src/db/mysql2/driver/config.js'
import { hideFromPrint } from '../../src/db/mysql2/driver/discreet.js'
import { type MysqlConfig, mysql } from '../../src/db/mysql2/driver/mysql.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlDriver } from '../support/mysql-driver.js'

const secret = 'hunter2'

/** Everything that an application might log of an error. */
const logged = (error: unknown): string => {
  const { message, stack, value, cause } = error as Error & { value?: unknown }
  return [
    message,
    stack,
    inspect(error, { depth: 9, showHidden: true }),
    inspect(value),
    inspect(cause),
    JSON.stringify(error),
  ].join()
}

describe('a secret in the wrong place of mysql()', () => {
  it.each<[string, unknown]>([
    ['a / at the start of the password', `mysql://web:/${secret}@db/shop`],
    ['a / within digits', `mysql://web:12/${secret}@db/shop`],
    ['a / within letters', `mysql://web:ab/${secret}@db/shop`],
    ['a # in the password', `mysql://web:1#${secret}@db/shop`],
    ['a ? in the password', `mysql://web:1?${secret}@db/shop`],
    ['an @ and a ? in the password', `mysql://web:p@1?${secret}@db/shop`],
    ['an @ and a / in the password', `mysql://web:p@1/${secret}@db/shop`],
    ['a % in the password', `mysql://web:%${secret}@db/shop`],
    ['a URL without scheme', `web:${secret}@db/shop`],
    ['a URL of something else', `https://web:${secret}@db/shop`],
    ['a URL as host', { host: `mysql://web:${secret}@db/shop` }],
    ['a URL as host, without scheme', { host: `web:${secret}@db` }],
    ['a URL as database', { database: `mysql://web:${secret}@db/shop` }],
    ['a URL as database, without scheme', { database: `web:${secret}@db/shop` }],
    ['a URL as user', { user: `web:${secret}@db` }],
    ['a URL as socketPath', { socketPath: `mysql://web:${secret}@db` }],
    ['an object as host', { host: { password: secret } }],
    ['an object as user', { user: { password: secret } }],
    ['an object as uri', { uri: { password: secret } }],
    ['an array', [secret]],
    ['the port', { port: secret }],
    ['the port, a number', { port: 7_777_777 }],
    ['a mistyped name', { pasword: secret }],
    ['a mistyped name in the URI', `mysql://web@db/shop?pasword=${secret}`],
    ['a parameter of the URI', `mysql://web@db/shop?timezone=${secret}`],
    ['another one', `mysql://web@db/shop?charset=${secret}`],
    ['the TLS profile in the URI', `mysql://web@db/shop?ssl=${secret}`],
    ['the TLS profile', { ssl: secret }],
    ['a passphrase that is a number', { ssl: { passphrase: 7_777_777 } }],
    ['a version of TLS', { ssl: { minVersion: secret } }],
    ['the character set', { charset: secret }],
    ['the time zone', { timezone: secret }],
    ['a time', { connectTimeout: secret }],
    ['a switch', { trace: secret }],
    ['a function', { onConnect: secret }],
  ])('(%s) is not in the error, nor on the console', (_, config) => {
    const said: unknown[] = []
    for (const method of ['error', 'warn', 'log'] as const)
      vi.spyOn(console, method).mockImplementation((...values) => void said.push(...values))
    try {
      mysql(config as MysqlConfig)
      expect.unreachable('it was taken')
    } catch (error) {
      expect(error).toMatchObject({ name: 'OptionsError' })
      expect(logged(error)).not.toMatch(/hunter2|7.?777.?777/)
    } finally {
      vi.restoreAllMocks()
    }
    expect(said).toEqual([])
  })

  it('is not refused where it belongs, encoded', async () => {
    const uri = `mysql://web:${encodeURIComponent('/#?@%')}@db:3307/shop?connectTimeout=9&trace=0&connectionLimit=5`
    const { description, connectionOptions } = parseConfig(uri)
    expect(description).toBe('mysql on db:3307/shop as web')
    expect(await connectionOptions()).toMatchObject({ password: '/#?@%', connectTimeout: 9, trace: false })
    expect(parseConfig({ uri, host: 'other', database: '' }).description).toBe(
      'mysql on other:3307/shop as web',
    )
  })
})

it.each([2 ** 31, Number.MAX_VALUE, Number.POSITIVE_INFINITY, '99999999999'])(
  'a time of %s ms, too long for timers and sockets, is no time at all',
  async time => {
    const times = { connectTimeout: time, keepAliveInitialDelay: time } as MysqlConfig
    expect(await parseConfig(times).connectionOptions()).toMatchObject({
      connectTimeout: 0,
      keepAliveInitialDelay: 32_767_000,
    })
    if (time === Number.POSITIVE_INFINITY) return
    const fromUri = await parseConfig(
      `mysql://db/?connectTimeout=${encodeURIComponent(time)}`,
    ).connectionOptions()
    expect(fromUri.connectTimeout).toBe(0)
  },
)

it.each([
  'stream',
  'gracefulEnd',
  'authPlugins',
  'flags',
  'password2',
  'ssl',
  'an option of a later version',
])('a text given as %s is not shown when the configuration is printed', option => {
  const config = { host: 'db', database: 'shop', [option]: secret }
  hideFromPrint(config)
  expect(inspect(config) + JSON.stringify(config)).not.toContain(secret)
  expect(inspect(config)).toContain("database: 'shop'")
  expect({ ...config }).toMatchObject({ [option]: secret })
})

describe.skipIf(mariadbMissing())('a MySQL connection', () => {
  const mysqlDriver = useMysqlDriver()
  const { open } = mysqlDriver

  it('does not show its password when it is printed, and code can read it', async () => {
    const { driver, connection } = await open()
    const { password } = mysqlDriver.threads.config
    expect(inspect(connection, { depth: 9 })).not.toContain(password)
    expect(inspect(driver, { depth: 9 })).not.toContain(password)
    expect(JSON.stringify(connection.config)).not.toContain(password)
    expect({ ...connection.config }).toMatchObject({ password })
  })

  it('does not show what a password function returned by mistake', async () => {
    const error = await open({ password: () => 7_777_777 as never }).catch((error: unknown) => error)
    expect(logged(error)).toContain('password function')
    expect(logged(error)).not.toMatch(/7.?777.?777/)
  })
})

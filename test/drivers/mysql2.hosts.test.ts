// Several hosts in one configuration of mysql(): how they are named, and what is refused.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type MysqlConfig, type MysqlHostsConfig, mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool as dropIn } from '../../src/db/mysql2/drop-in/create.js'
import { createHostPool } from '../../src/hosts/index.js'
import { createPool } from '../../src/index.js'
import { catchWarnings } from '../support/process-warnings.js'

const secret = 'zq7hunter'
const hosts = ['db1', 'db2:3307']

class Settings {
  get hosts() {
    return hosts
  }
}

describe('hosts are named', () => {
  it.each<[string, MysqlHostsConfig, string[]]>([
    [
      'in a list',
      { hosts: [...hosts, '[::1]:3308', '::1'] },
      ['db1:3306', 'db2:3307', '[::1]:3308', '[::1]:3306'],
    ],
    ['with a port for those that have none', { hosts, port: 4000 }, ['db1:4000', 'db2:3307']],
    [
      'in the place of the one in a URI',
      { hosts, uri: `mysql://web:${secret}@db9:5000/shop` },
      ['db1:5000', 'db2:3307'],
    ],
  ])('%s', (_how, config, names) => {
    const driver = mysql({ user: 'web', database: 'shop', ...config })
    expect(driver.hosts.map(({ name }) => name)).toEqual(names)
    expect(driver.hosts.map(({ driver }) => driver.describe?.())).toEqual(
      names.map(name => `mysql on ${name}/shop as web`),
    )
  })

  it('and each has a pool, with the options of all', async () => {
    const password = Object.defineProperty({ hosts, user: 'web' }, 'password', { value: secret })
    const pool = createHostPool(mysql(password), { min: 0, hostRecheck: false, name: 'of-mysql' })
    expect(pool.hosts().map(each => [each.host, each.pool.name])).toEqual([
      ['db1:3306', 'of-mysql@db1:3306'],
      ['db2:3307', 'of-mysql@db2:3307'],
    ])
    await pool.close({ timeout: 0 })
  })
})

it('a class of options may name hosts', () => {
  expect(mysql(new Settings()).hosts.map(({ name }) => name)).toEqual(['db1:3306', 'db2:3307'])
})

describe('it refuses', () => {
  it.each<[unknown, RegExp]>([
    [{ hosts: [] }, /^hosts must be a list of hosts, at least one/],
    [{ hosts: 'db1' }, /^hosts must be a list of hosts, at least one/],
    [{ hosts: ['db1:0'] }, /^hosts must be an integer from 1 to 65535/],
    [{ hosts: [`web:${secret}@db1`] }, /^hosts must be/],
    [{ hosts, host: 'db3' }, /^hosts and host exclude each other\. Omit host\./],
    [{ hosts, socketPath: '/run/mysqld.sock' }, /^hosts and socketPath exclude each other/],
    [{ host: 'db1,db2' }, /^host must be the name of one host; several go into hosts/],
    [
      { uri: `mysql://web:${secret}@db1:3306,db2:3306/shop` },
      /^uri must name one host; several go beside it, into hosts: \['db1:3306', 'db2:3306'\], for createHostPool\(\)/,
    ],
    [`mysql://web:${secret}@db1,db2/shop`, /^uri must name one host/],
  ])('%o', (config, message) => {
    let refused: Error | undefined
    try {
      mysql(config as MysqlConfig)
    } catch (error) {
      refused = error as Error
    }
    expect(refused).toMatchObject({ code: 'OPTIONS_INVALID', message: expect.stringMatching(message) })
    expect(refused?.message).not.toContain(secret)
  })

  it('a pool of one host over several, and says which pool takes them', () => {
    expect(() => createPool(mysql({ hosts }) as never)).toThrow(
      'This names several hosts, each with a driver of its own. Pass it to createHostPool() of statepool/hosts.',
    )
  })

  it('a password with a comma is none', () => {
    expect(mysql(`mysql://web:a,b@db1/shop`).describe?.()).toBe('mysql on db1:3306/shop as web')
  })
})

it('the drop-in says that it has one host', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {}) // where mysql2 says that it ignores it
  const warnings = catchWarnings()
  onTestFinished(() => void vi.restoreAllMocks())
  const pool = dropIn({ hosts } as never)
  await new Promise<void>((resolve, reject) => pool.end(error => (error ? reject(error) : resolve())))
  expect(warnings.map(({ text }) => text)).toContain(
    'createPool ignores hosts: it has one host. createHostPool() of statepool/hosts takes mysql({ hosts }).',
  )
})

// Several hosts in one configuration: how they are named, and to which of them a connection leads.

import type { LookupFunction } from 'node:net'
import type pg from 'pg'
import { afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { OneOfHosts } from '../../src/db/pg/driver/one-of-hosts.js'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { fleet } from '../../src/fleet/index.js'
import type { HostRole, HostTarget, Pool, PoolOptions } from '../../src/index.js'
import { createPool } from '../../src/index.js'
import { freePort } from '../../support/postgres-server/free-port.js'
import { until } from '../support/until.js'

const secret = 'zq7hunter'
const namesOf = (config: PostgresConfig | string) => postgres(config).hosts?.map(({ name }) => name)

describe('hosts are named', () => {
  it.each<[string, PostgresConfig | string, string[]]>([
    [
      'in a list',
      { hosts: ['db1', 'db2:6432', '[::1]:6433', '::1'] },
      ['db1:5432', 'db2:6432', '[::1]:6433', '[::1]:5432'],
    ],
    [
      'in a list, with a port for those that have none',
      { hosts: ['db1', 'db2:1'], port: 6432 },
      ['db1:6432', 'db2:1'],
    ],
    ['by commas', { host: 'db1,db2', port: 6432 }, ['db1:6432', 'db2:6432']],
    [
      'in a connection string',
      `postgres://web:${secret}@db1:6432,db2,[::1]:1/shop`,
      ['db1:6432', 'db2:5432', '[::1]:1'],
    ],
    [
      'in its parameters',
      `postgres://web:${secret}@/shop?host=db1,db2&port=1,2&application_name=a`,
      ['db1:1', 'db2:2'],
    ],
    ['in its parameters, with one port', `postgres:///shop?host=db1,db2&port=7&user=web`, ['db1:7', 'db2:7']],
    [
      'alone, where others are not given',
      { hosts: null, host: 'db1', connectionString: null } as never,
      ['db1:5432'],
    ],
    ['alone', 'postgres://web@db1/shop', ['db1:5432']],
    ['alone, with what it has to be', 'postgres://web@db1/shop?target_session_attrs=primary', ['db1:5432']],
  ])('%s', (_how, config, names) => {
    expect(namesOf(config)).toEqual(names)
  })

  it('in PGHOST, where no other is given', () => {
    vi.stubEnv('PGHOST', 'db1,db2')
    vi.stubEnv('PGPORT', '6432')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(namesOf({ user: 'web' })).toEqual(['db1:6432', 'db2:6432'])
    expect(namesOf({ user: 'web', host: 'db3' })).toEqual(['db3:6432'])
    expect(namesOf('postgres://web@db4:1/shop')).toEqual(['db4:1'])
  })

  it('with the ports of PGPORT, one for each, and what PGTARGETSESSIONATTRS and PGLOADBALANCEHOSTS say of several', () => {
    vi.stubEnv('PGHOST', 'db1,db2')
    vi.stubEnv('PGPORT', '1,2')
    vi.stubEnv('PGTARGETSESSIONATTRS', 'read-write')
    vi.stubEnv('PGLOADBALANCEHOSTS', 'random')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(namesOf({ user: 'web' })).toEqual(['db1:1', 'db2:2'])
    expect(namesOf({ hosts: ['db3', 'db4:9'] })).toEqual(['db3:1', 'db4:9'])
    expect(namesOf('postgres://web@db5,[::1]/shop')).toEqual(['db5:1', '[::1]:2'])
    expect(namesOf('postgres:///shop?host=db5,db6')).toEqual(['db5:1', 'db6:2'])
    expect(namesOf({ hosts: ['db3', 'db4'], port: 7 })).toEqual(['db3:7', 'db4:7'])
    expect(postgres({ user: 'web' }).hostTarget).toBe('primary')
    expect(postgres({ user: 'web', target_session_attrs: 'standby' }).hostTarget).toBe('standby')
    expect(postgres('postgres://web@db1:5/shop').hostTarget).toBeUndefined()
    expect(() => postgres({ hosts: ['a', 'b', 'c'] })).toThrow('There are 3 hosts, and PGPORT has 2 ports.')
    expect(namesOf({ hosts: ['a:1', '[::1]:2', 'c:3'] })).toEqual(['a:1', '[::1]:2', 'c:3'])
    expect(namesOf('postgres://web@a:1,b:2,c:3/shop')).toEqual(['a:1', 'b:2', 'c:3'])
    vi.stubEnv('PGTARGETSESSIONATTRS', 'master')
    expect(() => postgres({ user: 'web' })).toThrow(/^PGTARGETSESSIONATTRS must be 'primary'/)
  })

  it('and described together, without a secret', () => {
    const driver = postgres(`postgres://web:${secret}@db1:6432,db2/shop?target_session_attrs=read-write`)
    expect(driver.describe?.()).toBe('postgres on db1:6432,db2:5432/shop as web')
    expect(driver.hostTarget).toBe('primary')
    expect(driver.hosts?.map(({ driver }) => driver.describe?.())).toEqual([
      'postgres on db1:6432/shop as web',
      'postgres on db2:5432/shop as web',
    ])
  })
})

describe('it refuses', () => {
  it.each<[unknown, RegExp]>([
    [{ hosts: [] }, /^hosts must be a list of hosts, at least one/],
    [{ hosts: 'db1' }, /^hosts must be a list of hosts, at least one/],
    [{ hosts: [''] }, /^hosts must be names or addresses of hosts/],
    [{ hosts: ['db1:0'] }, /^hosts must be an integer from 1 to 65535/],
    [{ hosts: [`web:${secret}@db1`] }, /^hosts must be/],
    [{ hosts: [`postgres://web:${secret}@db1`] }, /^hosts must be/],
    [{ hosts: ['db1'], host: 'db2' }, /^hosts and host exclude each other\. Omit host\./],
    [
      { hosts: ['db1'], connectionString: `postgres://web:${secret}@db` },
      /^hosts and connectionString exclude each other/,
    ],
    [{ target_session_attrs: 'master' }, /^target_session_attrs must be 'primary', /],
    [
      `postgres://web:${secret}@db/shop?target_session_attrs=master`,
      /^target_session_attrs must be 'primary', /,
    ],
    [{ load_balance_hosts: 'yes' }, /^load_balance_hosts must be 'disable' or 'random'/],
    [`postgres://web:${secret}@db1/shop?host=a,b&port=1,2,3`, /names 2 hosts and 3 ports/],
    [{ lookup: 5 }, /^lookup must be a function/],
    [{ lookup() {}, stream() {} }, /^lookup and stream exclude each other/],
  ])('%o', (config, message) => {
    let refused: Error | undefined
    try {
      postgres(config as PostgresConfig)
    } catch (error) {
      refused = error as Error
    }
    expect(refused).toMatchObject({ code: 'OPTIONS_INVALID', message: expect.stringMatching(message) })
    expect(refused?.message).not.toContain(secret)
  })
})

describe('a connection leads', () => {
  /** Hosts by their roles; undefined = it cannot be reached. Answers which was opened, and which were tried. */
  async function opened(
    target: HostTarget,
    roles: (HostRole | undefined)[],
    of = new OneOfHosts(target, false),
  ) {
    const tried: number[] = []
    const left: number[] = []
    const hosts = roles.map((role, index) => ({
      name: `db${index}`,
      async open() {
        tried.push(index)
        if (role === undefined) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
        return index
      },
      role: async () => roles[index] as HostRole,
      dismiss: (session: number) => left.push(session),
    }))
    const host = await of.open(hosts, new AbortController().signal)
    return { host, tried, left }
  }

  it.each<[HostTarget, (HostRole | undefined)[], number, number[]]>([
    ['primary', ['standby', undefined, 'primary'], 2, [0, 1, 2]],
    ['standby', ['primary', 'standby'], 1, [0, 1]],
    ['prefer-standby', ['primary', 'standby'], 1, [0, 1]],
    ['prefer-standby', [undefined, 'primary'], 1, [0, 1, 1]],
    ['prefer-primary', ['standby', undefined], 0, [0, 1, 0]],
    ['any', ['standby', 'primary'], 0, [0]],
    ['any', [undefined, 'standby'], 1, [0, 1]],
  ])('to a %s of %j: the host %i, after %j', async (target, roles, host, tried) => {
    expect(await opened(target, roles)).toMatchObject({ host, tried })
  })

  it('to the host that fitted last first, and lets go of those of the wrong kind', async () => {
    const of = new OneOfHosts('primary', false)
    expect(await opened('primary', ['standby', 'primary'], of)).toEqual({ host: 1, tried: [0, 1], left: [0] })
    expect(await opened('primary', ['standby', 'primary'], of)).toEqual({ host: 1, tried: [1], left: [] })
    expect(await opened('primary', ['primary', 'standby'], of)).toEqual({ host: 0, tried: [1, 0], left: [1] })
  })

  it('to each of them when they are shuffled', async () => {
    const of = new OneOfHosts('any', true)
    const all = await Promise.all(
      Array.from({ length: 60 }, () => opened('any', ['primary', 'standby', 'standby'], of)),
    )
    expect(new Set(all.map(({ host }) => host))).toEqual(new Set([0, 1, 2]))
  })

  it('nowhere when none can be reached, and says why', async () => {
    await expect(opened('primary', [undefined, undefined])).rejects.toMatchObject({
      message: 'no host would do (target_session_attrs is primary). db0: refused; db1: refused',
      code: 'ECONNREFUSED',
    })
  })

  it('to a standby that is promoted meanwhile', async () => {
    const of = new OneOfHosts('primary', false)
    const roles: (HostRole | undefined)[] = [undefined, 'standby']
    const found = opened('primary', roles, of)
    await until(() => of.lacking !== undefined, 'all were tried')
    expect(of.lacking).toBe(
      'No host fits so far (target_session_attrs is primary): db0: refused; db1: it is a standby',
    )
    roles[1] = 'primary'
    expect(await found).toMatchObject({ host: 1 })
    expect(of.lacking).toBeUndefined()
  })
})

describe('on a real server', () => {
  const { cert: _cert, host, ...login } = inject('postgres')
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  const use = async <T>(config: PostgresConfig, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const pool = createPool(postgres({ ...login, ...config }), { min: 0, max: 1 })
    closing.push(() => pool.close())
    return pool.use(work)
  }
  const portOf = async (client: pg.Client) =>
    Number((await client.query('SELECT inet_server_port() AS port')).rows[0].port)

  it('a budget that is spent, and a hook that throws, are no fault of the host', async () => {
    const hosts = [`${host}:${login.port}`, `${host}:${await freePort(host)}`]
    const driver = () => postgres({ ...login, hosts, target_session_attrs: 'primary' } as PostgresConfig)
    const poolOf = (options: PoolOptions<pg.Client>) => {
      const pool = createPool(driver(), { min: 0, ...options })
      closing.push(() => pool.close())
      return pool
    }
    const name = `of_hosts_${process.pid}`
    const [one, other] = [1, 2].map(() => poolOf({ fleet: fleet({ name, connections: 1 }) })) as [
      Pool<pg.Client>,
      Pool<pg.Client>,
    ]
    const lease = await one.acquire()
    const waits = other.acquire()
    await until(() => other.stats().heldBack, 'the other pool is held back')
    expect(other.stats()).toMatchObject({ state: 'running', failedConnects: 0 })
    lease.release()
    ;(await waits).release()
    const hooked = poolOf({
      min: 1,
      onConnect() {
        throw new Error('not so')
      },
    })
    await expect(hooked.ready()).rejects.toThrow("the pool's onConnect threw: not so")
  })

  it('a pool for whose callers no host will do is down, and says why', async () => {
    const hosts = [`${host}:${login.port}`, `${host}:${await freePort(host)}`]
    const driver = postgres({ ...login, hosts, target_session_attrs: 'standby' } as PostgresConfig)
    const pool = createPool(driver, { min: 0 })
    closing.push(() => pool.close({ timeout: 0 }))
    const caller = pool.acquire().catch(() => {})
    await until(() => pool.health().kind === 'stalled', 'the pool is down')
    expect(pool.health()).toMatchObject({
      status: 'down',
      reason: expect.stringMatching(
        /^No connection is open, 1 is being opened, and 1 caller waits, the longest for \d+ ms: no host fits so far .*it is a primary/,
      ),
    })
    await pool.close({ timeout: 0 })
    await caller
  })

  it('the next host serves when the first one is down', async () => {
    const hosts = [`${host}:${await freePort(host)}`, `${host}:${login.port}`]
    expect(await use({ hosts }, portOf)).toBe(login.port)
    const { user, password, database } = login
    const connectionString = `postgres://${user}:${password}@${hosts.join(',')}/${database}?target_session_attrs=read-write`
    expect(await use({ connectionString }, portOf)).toBe(login.port)
  })

  it('a running query is cancelled on the host where it runs', async () => {
    const hosts = [`${host}:${await freePort(host)}`, `${host}:${login.port}`]
    const pool = createPool(postgres({ ...login, hosts }), { min: 0, max: 1, validateAfter: false })
    closing.push(() => pool.close())
    await pool.use(portOf)
    const controller = new AbortController()
    const running = pool.query('SELECT pg_sleep(600)', [], { signal: controller.signal }) // sent at once
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'QUERY_ABORTED' })
    expect(await pool.use(portOf)).toBe(login.port)
  })

  it('the role is told by the handshake first, and by the server when it is asked again', async () => {
    const driver = postgres({ ...login, host })
    const { signal } = new AbortController()
    const client = await driver.connect({ signal, onLost() {} })
    closing.push(() => driver.close(client))
    expect(await driver.hostRole?.(client, { signal })).toBe('primary')
    await client.query('SET default_transaction_read_only = on')
    expect(await driver.hostRole?.(client, { signal })).toBe('standby')
  })

  it('all addresses of a name are tried, and the name is resolved on each connect', async () => {
    const answers: string[][] = [['127.0.0.9', '127.0.0.1'], ['127.0.0.1']]
    const asked: string[] = []
    const lookup: LookupFunction = (hostname, { all }, callback) => {
      asked.push(hostname)
      const addresses = (answers[asked.length - 1] ?? []).map(address => ({ address, family: 4 }))
      if (all) callback(null, addresses)
      else callback(null, addresses.at(-1)?.address ?? '', 4)
    }
    const config: PostgresConfig = { host: 'db.test', lookup }
    for (const _ of answers) expect(await use(config, portOf)).toBe(login.port)
    expect(asked).toEqual(['db.test', 'db.test'])
  })
})

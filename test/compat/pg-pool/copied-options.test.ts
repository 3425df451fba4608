// Libraries make other clients of what they read from a pool and its clients; prints of the same show no secret.

import { createPrivateKey } from 'node:crypto'
import { inspect } from 'node:util'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { Pool, type PoolConfig } from '../../../src/db/pg/index.js'
import { dropIn, server } from '../../support/drop-in.js'
import { createCertificate } from '../../support/self-signed-certificate.js'

/** What is read, as libraries read it. */
const sources: [string, (pool: Pool, client: pg.PoolClient) => object][] = [
  [
    'a copy of pool.options, with the password',
    ({ options }) => ({ ...options, password: options.password }),
  ],
  ['pool.options', ({ options }) => options],
  ['client.connectionParameters', (_, client) => innards(client).connectionParameters],
  [
    'the properties of a client',
    (_, client) => {
      const { host, port, user, database, password } = client as unknown as pg.Client
      return { host, port, user, database, password, ssl: innards(client).ssl }
    },
  ],
]

/** What is made of it. */
const makers: [string, (config: PoolConfig) => { query(text: string): unknown; end(): Promise<void> }][] = [
  [
    'a client',
    config => {
      const client = new pg.Client(config as pg.ClientConfig)
      const connected = client.connect()
      return { query: text => connected.then(() => client.query(text)), end: () => client.end() }
    },
  ],
  ['a pg.Pool', config => new pg.Pool(config as pg.PoolConfig)],
  ['a drop-in Pool', config => new Pool(config)],
]

const { host, port, user, password, database } = server()
const configs: [string, () => PoolConfig][] = [
  ['parts', () => ({ ...server(), application_name: 'copied' })],
  [
    'a connection string',
    () => ({
      connectionString: `postgres://${user}:${password}@${host}:${port}/${database}`,
      application_name: 'copied',
    }),
  ],
  ['TLS', () => ({ ...server(), ssl: tls().options, application_name: 'copied' })],
]

function innards(client: pg.PoolClient): { connectionParameters: object; ssl: unknown } {
  return client as unknown as { connectionParameters: object; ssl: unknown }
}

/** A client's key that needs a passphrase. */
function tls(): {
  options: { ca: string; cert: string; key: string; passphrase: string }
  secrets: string[]
} {
  const { cert, key: open } = createCertificate()
  const passphrase = 'marked-passphrase'
  const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const
  const key = createPrivateKey(open).export(cipher) as string
  return {
    options: { ca: inject('postgres').cert, cert, key, passphrase },
    secrets: [passphrase, key.split('\n')[3] as string],
  }
}

describe('of what is read from a drop-in pool', () => {
  /** Nothing that is missing can be found in the environment. */
  beforeEach(() => {
    for (const [name, value] of [
      ['HOST', '127.0.0.1'],
      ['PORT', '1'],
      ['USER', 'nobody'],
      ['PASSWORD', 'wrong'],
      ['DATABASE', 'nowhere'],
    ] as const)
      vi.stubEnv(`PG${name}`, value)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  const cases = configs.flatMap(([given, config]) =>
    sources.flatMap(([source, read]) =>
      makers.map(([made, make]) => [given, source, made, config, read, make] as const),
    ),
  )
  it.each(cases)(
    '(given %s) %s makes %s of the same session',
    async (given, source, _made, config, read, make) => {
      await using pool = new Pool(config())
      const client = await pool.connect()
      const other = make(read(pool, client) as PoolConfig)
      const asked = `SELECT current_user AS user, current_setting('application_name') AS name, ssl
      FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
      const { rows } = (await other.query(asked)) as pg.QueryResult
      const name = source === 'the properties of a client' ? '' : 'copied'
      expect(rows).toEqual([{ user, name, ssl: given === 'TLS' }])
      await other.end()
      client.release()
    },
  )
})

describe('a print shows no secret', () => {
  const prints = (thing: object): string =>
    inspect(thing, { depth: 30, showHidden: false }) + JSON.stringify(thing)

  it('of TLS: neither the pool, its options and their copy, a client, its socket, nor its parameters', async () => {
    const { options, secrets } = tls()
    await using pool = dropIn({ ssl: options })
    const client = await pool.connect()
    const { connectionParameters, ssl } = innards(client)
    const { stream } = client.connection
    for (const thing of [pool.options, { ...pool.options }, connectionParameters, ssl as object]) {
      for (const secret of secrets) expect(prints(thing)).not.toContain(secret)
    }
    for (const thing of [pool, client, stream]) {
      for (const secret of secrets) expect(inspect(thing, { depth: 30 })).not.toContain(secret)
    }
    expect((pool.options.ssl as typeof options).passphrase).toBe(options.passphrase)
    expect((pool.options.ssl as typeof options).key).toBe(options.key)
    client.release()
  })

  class TlsOptions {
    readonly passphrase = 'zq7'
    readonly pfx = [{ buf: 'zq7', passphrase: 'zq7' }]
  }
  it.each<[string, object]>([
    ['an object without a prototype', Object.assign(Object.create(null), { passphrase: 'zq7', key: 'zq7' })],
    ['an object of a class', new TlsOptions()],
    ['lists of keys', { key: [{ pem: 'zq7', passphrase: 'zq7' }], pfx: ['zq7'] }],
  ])('of TLS options that are %s', async (_, ssl) => {
    await using pool = dropIn({ ssl })
    for (const thing of [pool.options, { ...pool.options }]) expect(prints(thing)).not.toContain('zq7')
    expect(pool.options.ssl).toMatchObject(
      Object.fromEntries(Object.entries(ssl).filter(([name]) => name !== 'key')),
    )
  })

  it('of an option whose name is mistyped', async () => {
    await using pool = dropIn({ pasword: 'zq7', ssl: false } as PoolConfig)
    for (const thing of [pool.options, pool]) expect(prints(thing)).not.toContain('zq7')
    expect({ ...pool.options }).toMatchObject({ pasword: 'zq7' })
  })
})

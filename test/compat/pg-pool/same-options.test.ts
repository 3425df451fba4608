// Every option of pg.Pool means the same to the drop-in.

import pg from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { failure, sameOnBoth, tell } from '../../support/both-pools.js'
import { startSilentServer } from '../../support/silent-server.js'

const shown = ({
  max,
  min,
  maxUses,
  maxLifetimeSeconds,
  idleTimeoutMillis,
  allowExitOnIdle,
}: pg.PoolOptions) => ({
  ...{ max, min, maxUses, maxLifetimeSeconds, idleTimeoutMillis, allowExitOnIdle },
})

describe('an option of pg.Pool means the same', () => {
  it.each<[string, pg.PoolConfig & { poolSize?: number }]>([
    ['nothing', {}],
    ['max', { max: 3 }],
    ['max 0', { max: 0 }],
    ['poolSize', { poolSize: 4 }],
    ['numbers as texts', { max: '5', idleTimeoutMillis: '100' } as unknown as pg.PoolConfig],
    [
      'empty texts, as from an environment that lacks them',
      Object.fromEntries(
        ['max', 'min', 'maxUses', 'maxLifetimeSeconds', 'connectionTimeoutMillis', 'statement_timeout'].map(
          name => [name, ''],
        ),
      ),
    ],
    ['an empty idle timeout', { idleTimeoutMillis: '' } as unknown as pg.PoolConfig],
    ['no idle timeout', { idleTimeoutMillis: 0 }],
    ['null', { idleTimeoutMillis: null, maxUses: 0, maxLifetimeSeconds: 0 }],
    ['the rest', { min: 0, maxUses: 9, maxLifetimeSeconds: 60, allowExitOnIdle: true }],
  ])('given %s', async (_, config) => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open(config)
      note(shown(pool.options))
      note(await pool.query('SELECT 1').then(() => pool.totalCount))
    })
  })

  it('max: no more clients than that', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 2 })
      pool.removeAllListeners()
      const { rows } = await pool.query("SELECT current_setting('max_connections')::int > 2 AS more")
      await Promise.all(Array.from({ length: 10 }, () => pool.query('SELECT pg_sleep(0.01)')))
      note(rows, pool.totalCount)
    })
  })

  it('connectionString, and a password that is a function', async () => {
    await sameOnBoth(async ({ make, note, server }) => {
      const { user, password, host, port, database } = server
      const byString = make({
        connectionString: `postgres://${user}:${password}@${host}:${port}/${database}`,
      })
      note((await byString.query('SELECT current_user = $1 AS me', [user])).rows)
      const byFunction = make({ ...server, password: async () => String(password) })
      note((await byFunction.query('SELECT current_user = $1 AS me', [user])).rows)
      note(Object.keys(byFunction.options).includes('password'), typeof byFunction.options.password)
    })
  })

  it('connectionString, host, port, user, password, database and ssl that are empty texts: as if not given', async () => {
    await sameOnBoth(async ({ make, note, server }) => {
      for (const [name, value] of Object.entries(server)) vi.stubEnv(`PG${name.toUpperCase()}`, String(value))
      const options = ['connectionString', 'host', 'port', 'user', 'password', 'database', 'ssl']
      const pool = make(Object.fromEntries(options.map(name => [name, ''])))
      note((await pool.query('SELECT current_database() = $1 AS same', [server.database])).rows)
      vi.unstubAllEnvs()
    })
  })

  it('Client: the class of the clients', async () => {
    class Own extends pg.Client {
      own = true
    }
    await sameOnBoth(async ({ open, note }) => {
      const client = await open({ Client: Own }).connect()
      note(client instanceof Own, (client as unknown as Own).own, client.constructor.name)
      client.release()
    })
    await sameOnBoth(async ({ open, note }) => {
      let made = 0
      class Counted extends pg.Client {
        constructor(config?: pg.ClientConfig) {
          super(config)
          made++
        }
      }
      const pool = open({ Client: Counted as unknown as typeof pg.Client })
      note(made)
      await pool.query('SELECT 1')
      note(made)
    })
    // pg-pool's own class takes it as a second argument; pg.Pool has one bound.
    const transcript = await tell('drop-in', async ({ make, note, server }) => {
      const client = await make(server, Own).connect()
      note(client instanceof Own)
      client.release()
    })
    expect(transcript).toContainEqual([true])
  })

  it('onConnect: a client is ready before anybody has it', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const onConnect = async (client: pg.ClientBase) => {
        note('onConnect', client)
        await client.query("SET application_name = 'made ready'")
      }
      const pool = open({ onConnect: onConnect as unknown as (client: pg.ClientBase) => void })
      note((await pool.query('SHOW application_name')).rows)
    })
  })

  it('verify: a new client is looked at, once, and closed if it does not please', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({
        verify(client, done) {
          note('verify', client)
          client.query('SELECT 1', () => done())
        },
      })
      await pool.query('SELECT 1')
      await pool.query('SELECT 1')
      const strict = open({ verify: (_, done) => done(new Error('not this one')) })
      const removed = new Promise(resolve => strict.once('remove', resolve))
      note(await failure(strict.connect()), strict.totalCount)
      await removed
    })
  })

  it('Promise: what is returned is one of those', async () => {
    class Own<T> extends Promise<T> {}
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ Promise: Own as unknown as PromiseConstructorLike })
      const client = pool.connect()
      note(client instanceof Own)
      ;(await client).release()
      const query = pool.query('SELECT 1')
      note(query instanceof Own)
      await query
      note(pool.end() instanceof Own)
    })
  })

  it('connectionTimeoutMillis: for a client that is lent, and for a server that does not answer', async () => {
    const server = await startSilentServer()
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1, connectionTimeoutMillis: 250 })
      const client = await pool.connect()
      note(await failure(pool.connect()), pool.waitingCount)
      note(await failure(pool.query('SELECT 1')))
      client.release()
      const silent = open({ host: server.host, port: server.port, connectionTimeoutMillis: 50 })
      note(await failure(silent.connect()))
    })
    await server.stop()
  })

  it('log: it is told what goes on', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const words: unknown[] = []
      const pool = open({ log: word => words.push(word) })
      await pool.query('SELECT 1')
      await pool.end()
      const telling = [
        'connecting new client',
        'new client connected',
        'dispatching query',
        'query dispatched',
      ]
      note(words.filter(word => [...telling, 'ending'].includes(word as string)))
    })
  })
})

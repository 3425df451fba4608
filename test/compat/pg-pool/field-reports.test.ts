// What users of pg.Pool programs met on the drop-in: callers' contexts and stacks, listeners left behind, ends and half-read queries.

import { AsyncLocalStorage } from 'node:async_hooks'
import { inspect } from 'node:util'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { describe, expect, it } from 'vitest'
import { postgres } from '../../../src/db/pg/index.js'
import { createPool } from '../../../src/index.js'
import { dropIn, server } from '../../support/drop-in.js'
import { patience, slack } from '../../support/patience.js'
import { processErrors } from '../../support/process-errors.js'

const driverOfOne = () => createPool(postgres(server()), { min: 0, max: 1 })

/** Its clients, leased and released as by `connect()` and `release()`. */
function dropInOfOne() {
  const pool = dropIn({ max: 1 })
  return {
    async use<T>(work: (client: pg.PoolClient & pg.Client) => Promise<T>): Promise<T> {
      const client = await pool.connect()
      return await work(client as pg.PoolClient & pg.Client).finally(() => client.release())
    },
    stats: () => pool.statepool.stats(),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

/** The names of the warnings that the process is given meanwhile. */
async function warningsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = []
  const note = ({ name }: Error): void => void names.push(name)
  process.on('warning', note)
  await work()
  await new Promise(setImmediate)
  process.off('warning', note)
  return names
}

describe('a caller', () => {
  it('finds its own async context in its callbacks', async () => {
    const pool = dropIn({ max: 1 })
    const store = new AsyncLocalStorage<number>()
    const seen = await Promise.all(
      [1, 2, 3].map(n =>
        store.run(n, async () => {
          const ofQuery = new Promise(resolve => pool.query('SELECT 1', () => resolve(store.getStore())))
          const ofConnect = new Promise(resolve =>
            pool.connect((_error, _client, done) => {
              done()
              resolve(store.getStore())
            }),
          )
          return [await ofQuery, await ofConnect]
        }),
      ),
    )
    expect(seen).toEqual([1, 2, 3].map(n => [n, n]))
    const ofEnd = store.run(4, () => new Promise(resolve => pool.end(() => resolve(store.getStore()))))
    expect(await ofEnd).toBe(4)
  })

  it('is in the stack of a timeout, of connect() and of query()', async () => {
    await using pool = dropIn({ max: 1, connectionTimeoutMillis: 1_000 })
    const client = await pool.connect()
    async function findOrders(): Promise<void> {
      await pool.connect()
    }
    async function countOrders(): Promise<void> {
      await pool.query('SELECT 1')
    }
    const stackOf = (error: Error): string => String(error.stack)
    expect(await findOrders().then(String, stackOf)).toContain('findOrders')
    expect(await countOrders().then(String, stackOf)).toContain('countOrders')
    client.release()
  })

  it('gets a client without the listeners of former borrowers, and with those of the pool', async () => {
    await using pool = dropIn({ max: 1 })
    const ofPool = (): void => {}
    pool.on('connect', client => client.on('notice', ofPool))
    const warnings = await warningsDuring(async () => {
      for (let lease = 0; lease < 30; lease++) {
        const client = await pool.connect()
        expect(client.listeners('notice')).toEqual([ofPool])
        client.on('notice', () => {})
        client.once('notification', () => {})
        client.on('error', () => {})
        client.release()
      }
    })
    expect(warnings).toEqual([])
  })

  it.each([
    ['the drop-in', () => dropInOfOne()],
    ['the driver', () => driverOfOne()],
  ])('gets a connection and a socket without the listeners of former holders, from %s', async (_, open) => {
    await using pool = open()
    const heard: string[] = []
    const warnings = await warningsDuring(async () => {
      for (let lease = 0; lease < 12; lease++)
        await pool.use(async ({ connection }) => {
          connection.on('rowDescription', () => heard.push('connection'))
          connection.stream.on('data', () => heard.push('socket'))
          connection.stream.once('timeout', () => {})
        })
      heard.length = 0
      const { rows } = await pool.use(client => client.query('SELECT 1 AS one'))
      expect(rows).toEqual([{ one: 1 }])
    })
    expect([warnings, heard]).toEqual([[], []])
    expect(pool.stats().opened).toBe(1)
  })

  it('is served at once after a cursor that was left half-read', async () => {
    await using pool = dropIn({ max: 1, statepool: { resetTimeout: patience } }) // what a reset that waits for the rest would take
    const client = await pool.connect()
    await client.query(new Cursor('SELECT generate_series(1, 9)')).read(1)
    client.release()
    const begin = Date.now()
    await pool.query('SELECT 1')
    expect(Date.now() - begin).toBeLessThan(2_000 * slack)
  })
})

describe('a client that its borrower ended or destroyed', () => {
  it.each([
    ['end() not awaited', (client: pg.PoolClient) => void (client as unknown as pg.Client).end()],
    ['end() awaited', (client: pg.PoolClient) => (client as unknown as pg.Client).end()],
    [
      'its socket destroyed',
      (client: pg.PoolClient) => void (client as unknown as pg.Client).connection.stream.destroy(),
    ],
  ])('is not leased again, and crashes nothing: %s', async (_how, end) => {
    for (const likePgPool of [false, ['throwUnhandledErrors', 'keepOpenTransactions'] as const]) {
      await using pool = dropIn({ max: 1, likePgPool })
      const client = await pool.connect()
      client.on('error', () => {})
      await end(client)
      client.release()
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    }
  })
})

describe('end()', () => {
  it('lets queries finish that were asked for before it', async () => {
    const pool = dropIn({ max: 2 })
    const queries = Array.from({ length: 5 }, () => pool.query('SELECT 1 AS one'))
    await pool.end()
    for (const { rows } of await Promise.all(queries)) expect(rows).toEqual([{ one: 1 }])
  })

  it('settles after what it rejects', async () => {
    const pool = dropIn({ max: 1 })
    const client = await pool.connect()
    const order: string[] = []
    const waiting = pool.connect().catch(() => order.push('rejected'))
    const ended = pool.end().then(() => order.push('ended'))
    client.release()
    await Promise.all([waiting, ended])
    expect(order).toEqual(['rejected', 'ended'])
  })
})

describe('a class of clients is connected', () => {
  type Callback = (error?: Error) => void
  /** pg's Client, whose `connect` has one form only, so that a subclass can be anything. */
  const Base = pg.Client as unknown as new () => { connect(...callback: Callback[]): unknown }
  class CallbacksOnly extends Base {
    override connect(callback: Callback) {
      return super.connect(error => callback(error))
    }
  }
  class Assigned extends Base {
    override connect = (callback: Callback) =>
      Base.prototype.connect.call(this, (error?: Error) => callback(error))
  }
  class Returning extends Base {
    override async connect(callback?: Callback) {
      await super.connect()
      callback?.()
    }
  }
  class PromisesOnly extends Base {
    override async connect(_callback?: unknown) {
      await super.connect()
    }
  }
  class Early extends Base {
    override async connect(callback: Callback) {
      super.connect(callback)
    }
  }
  class NoParameters extends Base {
    override async connect() {
      await super.connect()
    }
  }

  it.each([
    ['knows only callbacks', CallbacksOnly],
    ['is patched in its constructor with one that knows only callbacks', Assigned],
    ['calls back and returns a promise', Returning],
    ['ignores its callback and returns a promise', PromisesOnly],
    ['returns a promise that settles before it is connected', Early],
    ['takes no callback', NoParameters],
  ])('whose connect() %s, in the drop-in and by the driver', async (_, Class) => {
    const Client = Class as unknown as typeof pg.Client
    await using pool = dropIn({ Client })
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await using own = createPool(postgres({ ...server(), Client }), { min: 0, max: 1 })
    expect((await own.use(client => client.query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }])
  })
})

describe('the options of a pool', () => {
  const connectionString = 'postgres://someone:zq7@127.0.0.1:1/shop'

  it('can be spread with all that was given, and are not printed with it', async () => {
    await using pool = dropIn({ connectionString, ssl: { passphrase: 'zq7' } })
    expect({ ...pool.options }).toMatchObject({ connectionString })
    expect(inspect(pool, { depth: 9 })).not.toContain('zq7')
    expect(JSON.stringify(pool.options)).not.toContain('zq7')
  })

  it('can be changed: max', async () => {
    await using pool = dropIn({ max: 1 })
    pool.options.max = 2
    const clients = await Promise.all([pool.connect(), pool.connect()])
    expect({ ...pool.options }).toMatchObject({ max: 2 })
    for (const client of clients) client.release()
  })
})

describe('pool.query() settles', () => {
  const told = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'ok',
      () => 'error',
    )

  it('when an acquire listener releases the client', async () => {
    await using pool = dropIn({ max: 1 })
    pool.once('acquire', client => client.release())
    expect(await told(pool.query('SELECT 1'))).toBe('error')
    expect(await told(pool.query('SELECT 1'))).toBe('ok')
  })

  it.each([
    [
      'calls twice',
      (_client: unknown, done: (error?: Error) => void) => [done(), done(new Error('no'))],
      'ok',
    ],
    [
      'throws',
      () => {
        throw new Error('no')
      },
      'error',
    ],
  ])('when verify %s', async (_what, verify, outcome) => {
    await using pool = dropIn({ max: 1, verify } as never)
    expect(await told(pool.query('SELECT 1'))).toBe(outcome)
  })

  it('when log throws', async () => {
    await using pool = dropIn({
      max: 1,
      log() {
        throw new Error('disk full')
      },
    })
    await warningsDuring(async () => expect(await told(pool.query('SELECT 1'))).toBe('ok'))
  })

  it.each([null, 0, ''])('when onConnect rejects with %j: with an error', async nothing => {
    await using pool = dropIn({ onConnect: () => Promise.reject(nothing) as unknown as undefined })
    await expect(pool.query('SELECT 1')).rejects.toBeInstanceOf(Error)
  })
})

const never = Number.POSITIVE_INFINITY

it('a `remove` listener that throws costs no slot, and end() no deadline', async () => {
  const pool = dropIn({ max: 1, statepool: { closeTimeout: never, drainTimeout: never } })
  const mistake = new Error('a mistake')
  pool.on('remove', () => {
    throw mistake
  })
  const thrown = await processErrors(async () => {
    const client = await pool.connect()
    client.release(true)
    await pool.query('SELECT 1')
    await pool.end()
  })
  expect(thrown).toEqual([mistake, mistake])
})

// A class of clients that is a mock with pg's documented methods works as far as it does with pg.Pool.

import { EventEmitter } from 'node:events'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { PoolConfig } from '../../../src/db/pg/index.js'
import { called, failure, sameOnBoth } from '../../support/both-pools.js'
import { dropIn } from '../../support/drop-in.js'

type Callback = (error?: Error | null, result?: unknown) => void

/** Knows callbacks only, and has no socket. */
class Mock extends EventEmitter {
  readonly _queryable = true // or pg.Pool closes it at each release
  calls: string[] = []
  connect(callback: Callback): void {
    this.calls.push('connect')
    process.nextTick(callback, null)
  }
  query(text: string, values?: unknown, callback = values as Callback): void {
    this.calls.push(text)
    process.nextTick(() => callback?.(null, { rows: [{ text }] }))
  }
  end(callback?: Callback): void {
    this.calls.push('end')
    process.nextTick(() => {
      this.emit('end')
      callback?.()
    })
  }
}

/** A constructor that returns an object of its own, as a factory of mocks does. */
function Factory(this: unknown, options: object): object {
  return Object.assign(new EventEmitter(), {
    options,
    _queryable: true,
    connect: (callback: Callback) => process.nextTick(callback, null),
    query: (text: string, values: unknown, callback = values as Callback) =>
      process.nextTick(() => callback?.(null, { rows: [{ text }] })),
    end: (callback?: Callback) => callback && process.nextTick(callback),
  })
}

/** As little as pg-pool needs. */
class Least {
  readonly _queryable = true
  connect(callback: Callback): void {
    setImmediate(callback, null)
  }
  query(_text: string, _values: unknown, callback: Callback): void {
    callback(null, { rows: [] })
  }
  end(): void {}
  on(): void {}
  once(): void {}
  removeListener(): void {}
}

/** Has something under the name of pg's connection that is none. */
const having = (connection: () => object | null): unknown =>
  class extends Mock {
    readonly connection = connection()
  }

const as = (Client: unknown): PoolConfig => ({ Client: Client as typeof pg.Client })

describe('a mock', () => {
  it.each([
    ['of a class', Mock],
    ['that a constructor returns', Factory],
    ['with the least that is needed', Least],
    ['whose connection is an empty object', having(() => ({}))],
    ['whose connection has a stream only', having(() => ({ stream: { destroy() {} } }))],
    ['whose connection has no stream', having(() => new EventEmitter())],
    [
      'whose stream cannot be destroyed',
      having(() => Object.assign(new EventEmitter(), { stream: new EventEmitter() })),
    ],
  ])('%s answers, comes back and is lent again', async (_, Client) => {
    await sameOnBoth(async ({ make, note }) => {
      const pool = make(as(Client))
      pool.removeAllListeners() // such clients are no pg.Client, and are not written down by name
      note(await pool.query('SELECT 1'), pool.totalCount, pool.idleCount)
      const client = await pool.connect()
      note(pool.totalCount, pool.idleCount, typeof client.release)
      client.release()
      const again = await pool.connect()
      note(again === client)
      again.release(true)
      note(pool.totalCount)
      await called(callback => pool.connect((_error, _client, done) => callback(done())))
      note(pool.totalCount, await pool.end())
    })
  })

  it('is what its class says it is', async () => {
    await using pool = dropIn(as(Mock))
    const client = await pool.connect()
    expect(client).toBeInstanceOf(Mock)
    client.release()
    await using others = dropIn({ ...as(Factory), max: 1, application_name: 'here' } as PoolConfig)
    const other = (await others.connect()) as pg.PoolClient & { options: object }
    expect(other).toBeInstanceOf(EventEmitter)
    expect(other.options).toMatchObject({ application_name: 'here' })
    other.release()
  })

  it('that cannot connect gives its error, and one that is lost is replaced', async () => {
    await sameOnBoth(async ({ make, note }) => {
      class Failing extends Mock {
        override connect(callback: Callback): void {
          process.nextTick(callback, new Error('bad news'))
        }
      }
      note(await failure(make(as(Failing)).connect()))
      const pool = make(as(Mock))
      pool.removeAllListeners()
      pool.on('error', error => note('lost', error))
      const client = await pool.connect()
      client.release()
      client.emit('error', new Error('gone'))
      note(pool.totalCount)
      const next = await pool.connect()
      note(next === client)
      next.release()
    })
  })

  it('does not outlive the end of the pool, nor keep it from ending', async () => {
    const pool = dropIn(as(Mock))
    const client = (await pool.connect()) as unknown as Mock & pg.PoolClient
    client.release()
    await pool.end()
    expect(client.calls).toEqual(['connect', 'end'])
    const silent = dropIn(as(Least))
    await silent.query('SELECT 1')
    await silent.end()
    expect(silent.ended).toBe(true)
  })

  it('that was not built by the constructor of the pool is built when a caller comes', async () => {
    let built = 0
    class Counted extends Mock {
      constructor() {
        super()
        built++
      }
    }
    await using pool = dropIn(as(Counted))
    expect(built).toBe(0)
    await pool.query('SELECT 1')
    expect(built).toBe(1)
  })

  it('is refused by what needs a connection, and by nothing else', async () => {
    await using pool = dropIn(as(Mock))
    await expect(pool.statepool.use(async client => client.constructor.name)).resolves.toBe('Mock')
    await expect(pool.statepool.transaction(async () => {})).rejects.toThrow(
      /pool\.transaction\(\) needs a Client with a connection/,
    )
    await expect(pool.query('SELECT 1')).resolves.toEqual({ rows: [{ text: 'SELECT 1' }] })
  })
})

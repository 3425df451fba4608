// express-mysql-session on the drop-in: express-session keeps its sessions in MariaDB, through a pool that the store is given.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import session, { type Session, type Store } from 'express-session'
import { describe, expect, it } from 'vitest'
import type { Pool, PoolOptions } from '../../../../src/db/mysql2/index.js'
import { mariadbMissing } from '../../../support/mariadb-threads.js'
import { useMysqlPool } from '../../../support/mysql-pool.js'
import { patience } from '../../../support/patience.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'

/** What is used of the store; the package has no types. */
interface MySQLStore {
  onReady(): Promise<void>
  get(id: string): Promise<{ user: string } | null>
  set(id: string, data: object): Promise<unknown>
  destroy(id: string): Promise<unknown>
  length(): Promise<number>
  clearExpiredSessions(): Promise<unknown>
  close(): Promise<void>
}

const MySQLStore = createRequire(import.meta.url)('express-mysql-session')(session) as new (
  options: object,
  pool: unknown,
) => MySQLStore

const expiring = (inSeconds: number, user: string): object => ({
  user,
  cookie: { expires: new Date(Date.now() + inSeconds * 1_000) },
})

describe.skipIf(mariadbMissing())('express-mysql-session', () => {
  const dropIn = useMysqlPool()

  /** A store on a pool, closed at the end of a block. */
  async function open(config: PoolOptions = {}, form = (pool: Pool): unknown => pool, options = {}) {
    const pool = dropIn.create(config)
    const store = new MySQLStore({ clearExpired: false, ...options }, form(pool))
    await store.onReady()
    return { pool, store, [Symbol.asyncDispose]: () => store.close() }
  }

  it.each([
    ['callbacks', (pool: Pool): unknown => pool],
    ['promises', (pool: Pool): unknown => pool.promise()],
  ])('keeps sessions, finds them and destroys them, on a pool of %s', async (_, form) => {
    await using sessions = await open({ connectionLimit: 1 }, form)
    const { store, pool } = sessions
    await store.set('a', expiring(60, 'ada'))
    expect(await store.get('a')).toMatchObject({ user: 'ada' })
    expect(await store.get('b')).toBeNull()
    await store.destroy('a')
    expect(await store.get('a')).toBeNull()
    expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
  })

  it('keeps the connection when a query fails', async () => {
    await using sessions = await open({ connectionLimit: 1 }, undefined, {
      createDatabaseTable: false,
      schema: { tableName: 'missing' },
    })
    const { store, pool } = sessions
    for (let i = 0; i < 10; i++)
      await expect(store.get('a')).rejects.toMatchObject({ code: 'ER_NO_SUCH_TABLE' })
    expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
  })

  it('prunes what has expired', async () => {
    await using sessions = await open()
    const { store, pool } = sessions
    await store.set('old', expiring(-60, 'ada'))
    await store.set('new', expiring(60, 'bob'))
    await store.clearExpiredSessions()
    const [rows] = await pool.promise().query('SELECT session_id FROM sessions')
    expect(rows).toEqual([{ session_id: 'new' }])
    expect(await store.length()).toBe(1)
  })

  it('serves express-session: who logs in is known in the next request', async () => {
    await using sessions = await open({ connectionLimit: 2 })
    const store = sessions.store as unknown as Store
    const handle = session({ store, secret: 'test', resave: false, saveUninitialized: false })
    const server = createServer((request, response) => {
      handle(request as never, response as never, () => {
        const { session } = request as unknown as { session: Session & { user?: string } }
        if (request.url === '/login') session.user = 'ada'
        response.end(session.user ?? 'unknown')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const login = await fetch(`${at}/login`)
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] as string
    expect(await (await fetch(at, { headers: { cookie } })).text()).toBe('ada')
    expect(await (await fetch(at)).text()).toBe('unknown')
    server.closeAllConnections()
    server.close()
  })

  it('says who holds the connections when none comes back in time, and finds the session after a release', async () => {
    const clock = createSimulatedClock()
    await using sessions = await open({ connectionLimit: 1, statepool: { clock } })
    const { store, pool } = sessions
    await store.set('a', expiring(60, 'ada'))
    const connection = await dropIn.borrow(pool)
    const refused = store.get('a').catch((error: unknown) => error)
    await until(() => pool.statepool.stats().waiting === 1, 'the store waits')
    await clock.advance(patience)
    expect(await refused).toMatchObject({ code: 'ACQUIRE_TIMEOUT', holders: [{ lease: expect.any(Number) }] })
    connection.release()
    expect(await store.get('a')).toMatchObject({ user: 'ada' })
  })

  it('goes on after its connection was killed', async () => {
    await using sessions = await open({ connectionLimit: 1 })
    const { store, pool } = sessions
    await store.set('a', expiring(60, 'ada'))
    const connection = await dropIn.borrow(pool)
    const { threadId } = connection
    connection.release()
    await dropIn.threads.kill(threadId)
    await until(() => pool.statepool.stats().lost === 1, 'the pool has noticed')
    expect(await store.get('a')).toMatchObject({ user: 'ada' })
  })

  it('close() leaves a pool open that is not its own, and ends it with endConnectionOnClose', async () => {
    const { store, pool } = await open()
    await store.close()
    expect(await dropIn.threads.count()).toBe(pool.statepool.stats().total)
    const ending = await open({}, pool => pool.promise(), { endConnectionOnClose: true })
    await ending.store.close()
    expect(ending.pool.statepool.stats()).toMatchObject({ state: 'closed' })
  })
})

// connect-pg-simple on the drop-in: express-session keeps its sessions in PostgreSQL, through a pool that the store is given.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import connectPgSimple, { type PGStore, type PGStoreOptions } from 'connect-pg-simple'
import session, { type Session, type SessionData } from 'express-session'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { PoolConfig } from '../../../../src/db/pg/index.js'
import { type Backends, watchBackends } from '../../../support/backends.js'
import { dropIn } from '../../../support/drop-in.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'

const Store = connectPgSimple(session)
const table = { tableName: 'connect_pg_simple_test', createTableIfMissing: true }

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('connect-pg-simple-test')
})
beforeEach(async () => {
  await using pool = dropIn()
  await pool.query('DROP TABLE IF EXISTS connect_pg_simple_test')
})
// Whatever a test did, its end has closed everything; a session that was being made clean is ended without a goodbye, which takes a moment.
afterEach(() => until(async () => (await backends.count()) === 0, 'no session is left'))
afterAll(() => backends.stop())

/** A store on a pool; both end with the test. */
function open(config: PoolConfig = {}, options: PGStoreOptions = {}) {
  const pool = dropIn({ ...(backends.config as PoolConfig), ...config })
  const store = new Store({ pool, ...table, ...options })
  return {
    pool,
    store,
    ...promised(store),
    /** How many sessions there are, expired ones too. */
    async count() {
      return Number((await pool.query(`SELECT count(*) FROM ${table.tableName}`)).rows[0].count)
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      await pool.end()
    },
  }
}

/** The store's methods, without callbacks. */
function promised(store: PGStore) {
  return {
    set: promisify(store.set.bind(store)) as (id: string, data: SessionData) => Promise<void>,
    get: promisify(store.get.bind(store)) as (id: string) => Promise<SessionData | undefined>,
    destroy: promisify(store.destroy.bind(store)) as (id: string) => Promise<void>,
    prune: promisify(store.pruneSessions.bind(store)) as () => Promise<void>,
  }
}

const expiring = (inSeconds: number, user: string): SessionData =>
  ({
    user,
    cookie: { originalMaxAge: inSeconds * 1_000, expires: new Date(Date.now() + inSeconds * 1_000) },
  }) as unknown as SessionData

it('keeps sessions, finds them, and destroys them', async () => {
  await using sessions = open({ max: 1 })
  await sessions.set('a', expiring(60, 'ada'))
  expect(await sessions.get('a')).toMatchObject({ user: 'ada' })
  expect(await sessions.get('b')).toBeUndefined()
  await sessions.destroy('a')
  expect(await sessions.get('a')).toBeUndefined()
  expect(sessions.pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('keeps the connection when a query fails', async () => {
  await using sessions = open({ max: 1 }, { createTableIfMissing: false })
  await expect(sessions.get('a')).rejects.toThrow('does not exist')
  await expect(sessions.set('a', expiring(60, 'ada'))).rejects.toThrow('does not exist')
  expect(sessions.pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('prunes what has expired, when it is told to and by itself', async () => {
  await using sessions = open({}, { pruneSessionInterval: 0.05 })
  await sessions.set('old', expiring(-60, 'ada'))
  await sessions.set('new', expiring(60, 'bob'))
  await sessions.prune()
  expect(await sessions.count()).toBe(1)
  await sessions.set('older', expiring(-60, 'ada'))
  await until(async () => (await sessions.count()) === 1, 'it is gone')
  expect(await sessions.get('new')).toMatchObject({ user: 'bob' })
})

it('serves express-session: who logs in is known until they log out', async () => {
  await using sessions = open({ max: 2 })
  const handle = session({ store: sessions.store, secret: 'test', resave: false, saveUninitialized: false })
  const server = createServer((request, response) => {
    handle(request as never, response as never, () => {
      const { session } = request as unknown as { session: Session & { user?: string } }
      if (request.url === '/logout') return session.destroy(() => response.end('bye'))
      if (request.url === '/login') session.user = 'ada'
      return response.end(session.user ?? 'nobody')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const login = await fetch(`${at}/login`)
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] as string
  const ask = async (path: string) => (await fetch(at + path, { headers: { cookie } })).text()
  expect(await ask('/')).toBe('ada')
  expect(await (await fetch(at)).text()).toBe('nobody')
  expect(await ask('/logout')).toBe('bye')
  expect(await ask('/')).toBe('nobody')
  server.closeAllConnections()
  server.close()
})

it('when all connections are taken, a session is found after a release, or the store says why not', async () => {
  const clock = createSimulatedClock()
  await using sessions = open({ max: 1, statepool: { clock } })
  await sessions.set('a', expiring(60, 'ada'))
  const client = await sessions.pool.connect()
  const told = sessions.get('a').catch((error: unknown) => error)
  await until(() => sessions.pool.waitingCount === 1, 'it waits')
  await clock.advance(30_000)
  expect(await told).toMatchObject({ code: 'ACQUIRE_TIMEOUT', holders: [{ heldFor: 30_000 }] })
  const served = sessions.get('a')
  await until(() => sessions.pool.waitingCount === 1, 'the next one waits')
  client.release()
  expect(await served).toMatchObject({ user: 'ada' })
})

it('goes on by itself after all its backends were terminated, and the pool needs no listener for that', async () => {
  await using sessions = open({ max: 2 })
  await sessions.set('a', expiring(60, 'ada'))
  expect(sessions.pool.listenerCount('error')).toBe(0) // where pg.Pool would end the process
  await backends.terminateAll()
  await until(() => sessions.pool.totalCount === 0, 'the pool knows')
  expect(await sessions.get('a')).toMatchObject({ user: 'ada' })
  expect(sessions.pool.statepool.stats()).toMatchObject({ lost: 1, opened: 2, busy: 0 })
})

it('close() ends the pruning and leaves the pool open: it is the application that ends it', async () => {
  const { store, pool, get } = open()
  await get('a')
  await store.close()
  expect(await backends.count()).toBe(pool.totalCount)
  await pool.end()
  expect(await backends.count()).toBe(0)
})

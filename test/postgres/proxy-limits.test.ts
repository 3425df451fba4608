// Behind a proxy that limits connections and pins sessions, as RDS Proxy does. PgBouncer stands in for it: `max_client_conn` is the limit of
// clients, `default_pool_size` that of the server's connections, and session mode is what a pinned connection comes to.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { type AcquireTimeoutError, createPool, type PoolOptions } from '../../src/index.js'
import { patience } from '../support/patience.js'
import { type PgBouncer, type PoolMode, pgbouncerMissing, startPgBouncer } from '../support/pgbouncer.js'
import { until } from '../support/until.js'

const missing = pgbouncerMissing()
const forever = { acquireTimeout: Number.POSITIVE_INFINITY, connectTimeout: patience }

describe.skipIf(missing)(`behind a proxy with limits${missing ? ` (${missing})` : ''}`, () => {
  const startWith = (settings: Record<string, string | number>) => {
    let bouncer: PgBouncer
    beforeAll(async () => {
      bouncer = await startPgBouncer(inject('postgres'), settings)
    })
    afterAll(() => bouncer?.stop())
    return (mode: PoolMode, options: PoolOptions<pg.Client> = {}, config: PostgresConfig = {}) =>
      createPool(postgres({ ...bouncer.config(mode), ...config }), { min: 0, ...forever, ...options })
  }

  describe('that lets in 2 clients (max_client_conn)', () => {
    const open = startWith({ max_client_conn: 2 })

    it('a pool of 4 serves all its callers with 2, says why it has no more, and does not storm the proxy', async () => {
      await using pool = open('transaction', { max: 4 })
      const refused: string[] = []
      pool.eventsOf('connection.failed').subscribe(({ error }) => refused.push(error.message))
      const two = [await pool.acquire(), await pool.acquire()]
      const served = Promise.all(
        [1, 2, 3, 4].map(n => pool.use(async client => (await client.query(`SELECT ${n} AS n`)).rows[0].n)),
      )
      await until(() => pool.health().kind === 'connects failing', 'the proxy has refused one')
      expect(pool.health()).toMatchObject({
        status: 'degraded',
        reason: expect.stringContaining('max_client_conn'),
      })
      const inVain = await pool.acquire({ timeout: 50 }).catch((error: AcquireTimeoutError) => error)
      expect(inVain).toMatchObject({ obstacle: 'connects failing' })
      for (const lease of two) lease.release()
      expect(await served).toEqual([1, 2, 3, 4])
      expect(refused[0]).toContain('no more connections allowed (max_client_conn)')
      expect(refused[0]).toContain('Lower max across all of the application')
      expect(pool.stats()).toMatchObject({ opened: 2, closed: 0 })
      expect(refused.length).toBeLessThan(15) // each attempt waits longer than the one before
    })

    it('a second pool is served when the first one gives its idle connections back', async () => {
      const one = open('transaction', { max: 2, idleTimeout: 200 })
      await using two = open('transaction', { max: 2 })
      const leases = [await one.acquire(), await one.acquire()]
      const answer = two.use(client => client.query('SELECT 1'))
      await until(() => two.stats().failedConnects > 0, 'the proxy has refused the second pool')
      for (const lease of leases) lease.release()
      expect((await answer).rowCount).toBe(1)
      expect(one.stats().closedBy).toHaveProperty('idle timeout')
      await one.close()
    })
  })

  describe('that has 1 connection to the server (default_pool_size)', () => {
    const open = startWith({ default_pool_size: 1, server_reset_query: 'DISCARD ALL' })

    it('many connections share it, as long as none is pinned', async () => {
      await using pool = open('transaction', { min: 4, max: 4 })
      await pool.ready()
      const pids = await Promise.all(
        Array.from({ length: 20 }, () =>
          pool.use(async client => (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid),
        ),
      )
      expect(new Set(pids).size).toBe(1)
      expect(pool.stats()).toMatchObject({ total: 4, closed: 0 })
    })

    it('query_timeout answers a caller whose statement waits in the proxy', async () => {
      await using pool = open('transaction', { max: 2 }, { query_timeout: 200 })
      const busy = await pool.acquire()
      await busy.connection.query('BEGIN')
      await expect(pool.use(client => client.query('SELECT 1'))).rejects.toThrow('Query read timeout')
      await busy.connection.query('COMMIT')
      busy.release()
      expect((await pool.use(client => client.query('SELECT 1'))).rowCount).toBe(1)
    })

    it('a pinned one is free for others when the pool closes it (idleTimeout), and the proxy has reset it', async () => {
      const one = open('session', { max: 1, idleTimeout: 200 })
      await one.use(client => client.query("SET search_path = 'pinned'"))
      await using two = open('session', { max: 1 })
      const path = two.use(async client => (await client.query('SHOW search_path')).rows[0].search_path)
      expect(await path).toBe('"$user", public')
      await until(() => one.stats().total === 0, 'the pinned one is closed')
      expect(one.stats().closedBy).toEqual({ 'idle timeout': 1 })
      await one.close()
    })
  })

  describe('that lets statements wait for a second (query_wait_timeout)', () => {
    const open = startWith({ default_pool_size: 1, query_wait_timeout: 1 })

    it('a statement that the proxy lets wait for too long fails with the proxy’s words, and costs one connection', async () => {
      await using pool = open('transaction', { max: 2 })
      const busy = await pool.acquire()
      await busy.connection.query('BEGIN')
      const late = pool.use(client => client.query('SELECT 1'))
      await expect(late).rejects.toThrow(/query_wait_timeout/)
      await busy.connection.query('COMMIT')
      busy.release()
      expect((await pool.use(client => client.query('SELECT 1'))).rowCount).toBe(1)
      expect(pool.stats()).toMatchObject({ closed: 1, busy: 0 })
    })
  })

  describe('that closes idle clients after a second (client_idle_timeout)', () => {
    const open = startWith({ client_idle_timeout: 1 })

    it('a connection that it closes is replaced before a caller notices', async () => {
      await using pool = open('transaction', { max: 1, keepalive: 600_000 })
      await pool.use(client => client.query('SELECT 1'))
      await until(() => pool.stats().lost === 1, 'the proxy has closed it')
      expect((await pool.use(client => client.query('SELECT 1'))).rowCount).toBe(1)
      expect(pool.stats()).toMatchObject({ opened: 2, closedBy: { lost: 1 } })
    })
  })

  it('a pool sends nothing by itself that would pin a connection', async () => {
    const { host, port, ...server } = inject('postgres')
    const sent = new Set<Buffer[]>()
    const recorder = createServer(client => {
      const upstream = connect(port, host)
      const bytes: Buffer[] = []
      sent.add(bytes)
      client.on('data', data => bytes.push(data)).on('error', () => {})
      upstream.on('error', () => {})
      client.pipe(upstream).pipe(client)
    })
    recorder.listen(0, '127.0.0.1')
    await once(recorder, 'listening')
    const { port: own } = recorder.address() as AddressInfo
    const { cert: _, ...config } = { host: '127.0.0.1', ...server, port: own }
    const pool = createPool(postgres(config), { min: 1, max: 2, validateAfter: 0, keepalive: 20 })
    await pool.use(client => client.query('SELECT 1'))
    await pool.use(client => client.query('BEGIN')) // left open: the pool rolls back
    await pool.transaction(client => client.query('SELECT 1'))
    await until(() => [...sent].some(bytes => messagesIn(bytes).length > 12), 'connections were kept alive')
    await pool.close()
    recorder.close()
    const all = [...sent].flatMap(messagesIn)
    expect(all.map(([type]) => type)).not.toContain('P') // Parse: a statement that is prepared, or has parameters
    const texts = new Set(all.flatMap(([type, text]) => (type === 'Q' ? [text] : [])))
    const pins =
      /\b(SET|PREPARE|DISCARD|DEALLOCATE|EXECUTE|DECLARE|LISTEN|LOAD|TEMP\w*|nextval|setval|pg_advisory\w*)\b/i
    expect([...texts].filter(text => pins.test(text))).toEqual([])
    expect(texts).toContain('BEGIN')
  })
})

/** The messages that a client sent, after the first one, which has no type: each one's type, and what it says. */
function messagesIn(bytes: readonly Buffer[]): [type: string, text: string][] {
  const all = Buffer.concat(bytes)
  const messages: [string, string][] = []
  if (all.length < 4) return messages
  for (let at = all.readInt32BE(0); at + 5 <= all.length; ) {
    const length = all.readInt32BE(at + 1)
    messages.push([String.fromCharCode(all[at] as number), all.toString('utf8', at + 5, at + length)])
    at += length + 1
  }
  return messages
}

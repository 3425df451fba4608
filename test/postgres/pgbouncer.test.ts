// Behind PgBouncer, which hides from the server that a client has gone: statements are cancelled before their client goes.

import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool, type Lease, type Pool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { hastyPools, hastyWays, lendHastily } from '../support/hasty-borrowers.js'
import { type PgBouncer, pgbouncerMissing, startPgBouncer } from '../support/pgbouncer.js'
import { until } from '../support/until.js'

const missing = pgbouncerMissing()

describe.skipIf(missing)(`behind PgBouncer${missing ? ` (${missing})` : ''}`, () => {
  const name = 'behind pgbouncer'
  let backends: Backends
  let bouncer: PgBouncer
  beforeAll(async () => {
    backends = await watchBackends(name)
    bouncer = await startPgBouncer(inject('postgres'))
  })
  afterAll(async () => {
    await bouncer?.stop()
    await backends?.stop()
  })

  describe.each(['session', 'transaction'] as const)('in %s mode', mode => {
    const config = () => ({ ...bouncer.config(mode), application_name: name })

    describe.each(hastyPools)('a pool of 1, %s', (_, open) => {
      it.each(hastyWays)('never has more than 1 backend at work when connections are %s', async (_, way) => {
        const pool = open(config(), 1)
        const peak = backends.watchPeak()
        await lendHastily(pool, way, { borrowers: 2, loans: 12 })
        await pool.close()
        expect((await peak()).active).toBe(1)
      })

      it('has nothing at work for a client that has gone when the next one is served', async () => {
        const pool = open(config(), 1)
        const loan = await pool.borrow()
        const query = loan.client.query('SELECT pg_sleep(3600)').catch((error: Error) => error)
        await until(async () => (await backends.active()) === 1, 'the statement runs')
        loan.destroy()
        expect(await query).toBeInstanceOf(Error)
        await pool.query('SELECT 1')
        expect(await backends.active()).toBe(0)
        await pool.close()
      })
    })
  })

  describe('with one connection to the server, which is taken', () => {
    let narrow: PgBouncer
    let pool: Pool<pg.Client>
    let first: Lease<pg.Client>
    beforeAll(async () => {
      narrow = await startPgBouncer(inject('postgres'), { default_pool_size: 1 })
    })
    afterAll(() => narrow?.stop())

    /** Gives a connection up whose statement is in PgBouncer's line. */
    const giveUp = async (sql: string): Promise<void> => {
      pool = createPool(postgres({ ...narrow.config('transaction'), application_name: name }), { max: 2 })
      first = await pool.acquire()
      await first.connection.query('BEGIN')
      const second = await pool.acquire()
      const query = second.connection.query(sql).catch((error: Error) => error)
      second.destroy()
      expect(await query).toBeInstanceOf(Error)
    }
    const free = () => until(() => pool.stats().closing === 0, 'the slot is free')

    it('a statement in the line is not run when its client has gone', async () => {
      await backends.ask('CREATE TABLE in_line (id int)')
      await giveUp('INSERT INTO in_line VALUES (1)')
      await free()
      await first.connection.query('COMMIT')
      first.release()
      const { rows } = await pool.use(client => client.query('SELECT * FROM in_line'))
      expect(rows).toEqual([])
      await pool.close()
      await backends.ask('DROP TABLE in_line')
    })

    it('one that begins while its client takes leave is cancelled, too', async () => {
      await giveUp('SELECT pg_sleep(3600)')
      await new Promise(resolve => setTimeout(resolve, 1_300))
      await first.connection.query('COMMIT')
      first.release()
      await free()
      expect(await backends.active()).toBe(0)
      await pool.close()
    })
  })
})

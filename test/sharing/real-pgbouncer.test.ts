// Statements that share connections through PgBouncer, which hands each statement to whichever server connection is free.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { postgres } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { type PgBouncer, pgbouncerMissing, startPgBouncer } from '../support/pgbouncer.js'

/** More for a longer search. */
const statements = Number(process.env.SHARED_STATEMENTS ?? 1_500)

const missing = pgbouncerMissing()

describe.skipIf(missing)(`through PgBouncer${missing ? ` (${missing})` : ''}`, () => {
  let bouncer: PgBouncer
  let other: pg.Client
  beforeAll(async () => {
    const { cert: _, ...server } = inject('postgres')
    other = new pg.Client(server)
    await other.connect()
    await other.query(
      `CREATE FUNCTION bounced_nap(seconds float8) RETURNS float8 LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_sleep(seconds); RETURN seconds; END $$`,
    )
    bouncer = await startPgBouncer(server, { default_pool_size: 3 })
  })
  afterAll(async () => {
    await bouncer?.stop()
    await other.query('DROP FUNCTION bounced_nap')
    await other.end()
  })

  it.each(['session', 'transaction'] as const)(
    'in %s mode, each caller gets its own answer, beside errors, transactions and callers who give up',
    async mode => {
      await using pool = createPool(postgres(bouncer.config(mode)), {
        max: mode === 'session' ? 3 : 5,
        share: true,
      })
      const random = createRandom(11, 'bounced')
      let asked = 0
      let givenUp = 0
      const run = async (n: number): Promise<void> => {
        const dice = random()
        if (dice < 0.03) {
          const nap = random() < 0.5 ? 10 : random() * 0.01
          const timeout = 1 + Math.floor(random() * 10)
          const answer = await pool
            .query<pg.QueryResult>('SELECT bounced_nap($1) AS nap', [nap], { timeout })
            .catch(error => error)
          if (!(answer instanceof Error)) expect(answer.rows).toEqual([{ nap }])
          else if (/^(QUERY|ACQUIRE)_TIMEOUT$/.test((answer as { code?: string }).code ?? '')) givenUp++
          else throw answer
        } else if (dice < 0.8) {
          const { rows } = await pool.query<pg.QueryResult>('SELECT $1::int AS n', [n])
          expect(rows).toEqual([{ n }])
        } else if (dice < 0.9) {
          await expect(pool.query('SELECT 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' })
        } else {
          const { rows } = await pool.transaction(client => client.query(`SELECT ${n} AS n`))
          expect(rows).toEqual([{ n }])
        }
      }
      const worker = async (): Promise<void> => {
        while (asked < statements) await run(++asked)
      }
      await Promise.all(Array.from({ length: 32 }, worker))
      expect(givenUp).toBeGreaterThan(statements / 200)
    },
  )
})

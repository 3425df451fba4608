// Statements that share connections of a real PostgreSQL, of the driver and of the drop-in: each gets its own answer, whatever the others do.

import { Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { Pool, postgres } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { patience } from '../support/patience.js'

/** More for a longer search: SHARED_STATEMENTS=100000 npx vitest run test/sharing/real-postgres */
const statements = Number(process.env.SHARED_STATEMENTS ?? 3_000)

const server = () => {
  const { cert: _, ...rest } = inject('postgres')
  return { ...rest, application_name: 'shared statements' }
}

/** Runs a statement of a connection's own. */
async function control(...statements: string[]): Promise<void> {
  const client = new pg.Client(server())
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

/** Takes a while, and its text does not tell: `pg_sleep` would not share. */
const napping = `CREATE FUNCTION shared_nap(seconds float8) RETURNS float8 LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_sleep(seconds); RETURN seconds; END $$`

beforeAll(() => control('DROP FUNCTION IF EXISTS shared_nap', napping))
afterAll(() => control('DROP FUNCTION shared_nap'))

/** Runs one statement: `pool.query` of either pool. */
type Run = (statement: string | object, values?: unknown[]) => Promise<pg.QueryResult>

const kinds = {
  'the drop-in': () => {
    const pool = new Pool({ ...server(), max: 5, statepool: { share: true } })
    return { run: pool.query.bind(pool) as unknown as Run, core: pool.statepool, end: () => pool.end() }
  },
  'the driver': () => {
    const pool = createPool(postgres(server()), { max: 5, share: true })
    return {
      run: ((statement, values) => pool.query(statement, values)) as Run,
      core: pool,
      end: () => pool.close(),
    }
  },
}

describe.each(Object.entries(kinds))('shared statements of %s', (_, open) => {
  it('are under way on one connection at the same time', async () => {
    const { run, core, end } = open()
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const { rows } = await run('SELECT $1::int AS n', [n])
        return rows[0].n
      }),
    )
    expect(answers).toEqual(Array.from({ length: 40 }, (_, n) => n))
    expect(core.stats()).toMatchObject({ busy: 0, waiting: 0 })
    await end()
  })

  it('each get their own answer, beside errors, transactions, named statements and killed backends', async () => {
    const { run, core, end } = open()
    const random = createRandom(7, 'real')
    let failed = 0
    let asked = 0
    let givenUp = 0
    const kill = (): Promise<void> =>
      control(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'shared statements' ORDER BY random() LIMIT 1`,
      )
    const worker = async (): Promise<void> => {
      while (asked < statements) {
        const n = ++asked
        if (n % 1_000 === 500) await kill()
        const dice = random()
        try {
          if (dice < 0.05) {
            const controller = new AbortController()
            const time = Math.floor(random() * 12)
            const limits = random() < 0.5 ? { timeout: time + 1 } : { signal: controller.signal }
            if (limits.signal) setTimeout(() => controller.abort('enough'), time)
            const nap = random() < 0.3 ? 10 : random() * 0.012
            const answer = await core
              .query<pg.QueryResult>('SELECT shared_nap($1) AS nap', [nap], limits)
              .catch(error => error)
            if (/^(QUERY|ACQUIRE)_(TIMEOUT|ABORTED)$/.test(answer.code)) givenUp++
            else if (answer instanceof Error) throw answer
            else expect(answer.rows).toEqual([{ nap }])
          } else if (dice < 0.6) {
            const { rows } = await run('SELECT $1::int AS n', [n])
            expect(rows).toEqual([{ n }])
          } else if (dice < 0.7) {
            const { rows } = await run({
              name: `named ${n % 7}`,
              text: `SELECT $1::int AS n, ${n % 7} AS k`,
              values: [n],
            })
            expect(rows).toEqual([{ n, k: n % 7 }])
          } else if (dice < 0.8) {
            const error = await run('SELECT 1 / $1::int AS n', [0]).catch(error => error)
            if (error.code !== '22012') throw error
          } else if (dice < 0.85) {
            const { rows } = await run(
              `WITH s AS (SELECT generate_series(1, 50) AS i) SELECT count(*)::int AS c, ${n} AS n FROM s`,
            )
            expect(rows).toEqual([{ c: 50, n }])
          } else if (dice < 0.9) {
            await run('BEGIN') // of its own, and undone
          } else if (dice < 0.95) {
            const row = await core.transaction(async client => {
              await client.query('CREATE TEMP TABLE IF NOT EXISTS mine (n int) ON COMMIT DROP')
              await client.query('INSERT INTO mine VALUES ($1)', [n])
              return (await client.query('SELECT n, count(*) OVER ()::int AS c FROM mine')).rows[0]
            })
            expect(row).toEqual({ n, c: 1 })
          } else {
            await core.use(async client => {
              await client.query("SET LOCAL statement_timeout = '1min'")
              const { rows } = await client.query(`SELECT ${n} AS n`)
              expect(rows).toEqual([{ n }])
            })
          }
        } catch (error) {
          if (error instanceof Error && error.name === 'AssertionError') throw error
          const { code, message } = error as { code?: string; message: string }
          expect(`${code} ${message}`).toMatch(/57P01|ECONNRESET|EPIPE|LEASE_REVOKED|terminat|not queryable/)
          failed++
        }
      }
    }
    await Promise.all(Array.from({ length: 32 }, worker))
    expect(failed).toBeLessThan(statements / 10)
    expect(givenUp).toBeGreaterThan(statements / 100)
    // What callers gave up on may still be on its way to an end.
    await vi.waitFor(() => expect(core.stats()).toMatchObject({ busy: 0, waiting: 0 }), patience)
    await end()
  })

  it('are never in a transaction that another caller began', async () => {
    const { run, end } = open()
    await Promise.all(Array.from({ length: 30 }, (_, n) => run(n === 10 ? 'BEGIN' : 'SELECT 1')))
    const stamps = await Promise.all(
      Array.from(
        { length: 10 },
        async () => (await run('SELECT now() = statement_timestamp() AS alone')).rows[0],
      ),
    )
    expect(stamps.every(({ alone }) => alone)).toBe(true)
    await end()
  })
})

it('an unnamed error leads to its caller', async () => {
  const { run, end } = kinds['the driver']()
  async function itsCaller(): Promise<unknown> {
    return await run('SELECT 1 / 0')
  }
  const error = (await itsCaller().catch(error => error)) as Error
  expect(error).toMatchObject({ code: '22012' })
  expect(error.stack).toContain('itsCaller')
  await end()
})

it('statements of one turn go out in one piece', async () => {
  await using pool = createPool(postgres(server()), { min: 1, max: 1, share: { depth: 8 } })
  await pool.query('SELECT 1')
  const { prototype } = Socket as unknown as {
    prototype: { _writev(...args: unknown[]): void; _write(...args: unknown[]): void }
  }
  const pieces = [vi.spyOn(prototype, '_writev'), vi.spyOn(prototype, '_write')]
  const answers = Array.from({ length: 8 }, (_, n) => pool.query('SELECT $1::int', [n]))
  await new Promise(resolve => process.nextTick(resolve))
  const written = pieces.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  for (const piece of pieces) piece.mockRestore()
  expect(written).toBe(1)
  await Promise.all(answers)
})

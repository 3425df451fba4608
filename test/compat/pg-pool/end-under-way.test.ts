// Who asked before end() is answered before it settles.

import { expect, it } from 'vitest'
import { called, failure, sameOnBoth } from '../../support/both-pools.js'
import { dropIn, server } from '../../support/drop-in.js'
import { patience } from '../../support/patience.js'
import { watch } from '../../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../../support/simulated-clock.js'
import { until } from '../../support/until.js'

it('callers whose connection is being opened get it, by promise and by callback, as with pg.Pool', async () => {
  await sameOnBoth(async ({ open, note }) => {
    const pool = open()
    pool.removeAllListeners()
    const rows: unknown[] = []
    const byPromise = pool.connect().then(async client => {
      rows.push((await client.query('SELECT 1 AS one')).rows)
      client.release()
    })
    const byCallback = called(callback =>
      pool.connect((error, client, done) => {
        rows.push(error, typeof client)
        done()
        callback()
      }),
    )
    const byQuery = pool.query('SELECT 1 AS one').then(result => rows.push(result.rows))
    await pool.end()
    note(rows.length)
    await Promise.all([byPromise, byCallback, byQuery])
    note(pool.ended, pool.totalCount)
  })
})

it('callers who wait for somebody’s release are rejected at once, where pg.Pool forgets them; queries are not', async () => {
  const pool = dropIn({ max: 1 })
  const client = await pool.connect()
  const order: string[] = []
  const waiting = pool.connect().catch(error => order.push(error.message))
  const query = pool.query('SELECT 1').then(() => order.push('answered'))
  const end = pool.end().then(() => order.push('ended'))
  await waiting
  client.release()
  await Promise.all([query, end])
  expect(order).toEqual(['Cannot use a pool after calling end on the pool', 'answered', 'ended'])
})

it('what they are rejected with is delivered before end() settles', async () => {
  const pool = dropIn({ port: 1 })
  const told: string[] = []
  const note = (who: string) => (error: unknown) =>
    void told.push(`${who}: ${(error as Error | undefined)?.message}`)
  pool.connect().catch(note('promise'))
  pool.query('SELECT 1').catch(note('query'))
  pool.connect(note('callback'))
  pool.query('SELECT 1', note('query by callback'))
  await pool.end()
  expect(told).toHaveLength(4)
})

it('waits by the clock of the pool, for drainTimeout at most', async () => {
  const clock = createSimulatedClock()
  const pool = dropIn({ max: 1, connectionTimeoutMillis: 0, statepool: { clock, drainTimeout: 5_000 } })
  await pool.connect()
  const waiting = watch<unknown>(pool.query('SELECT 1'))
  const end = watch(pool.end())
  await clock.advance(4_999)
  expect(waiting.state).toBe('pending')
  await clock.advance(1)
  await until(() => waiting.state === 'rejected', 'the query was told')
  expect(waiting).toMatchObject({ error: { message: 'Cannot use a pool after calling end on the pool' } })
  await until(() => end.state === 'fulfilled', 'the end')
})

it('does not wait for a database that is away, nor for the end of a pause', async () => {
  const away = dropIn({ port: 1, statepool: { whenDown: 'wait' } })
  const waiting = failure(away.connect())
  await away.end()
  expect(await waiting).toMatchObject({ message: 'Cannot use a pool after calling end on the pool' })
  const paused = dropIn()
  paused.statepool.pause()
  const asked = failure(paused.query('SELECT 1'))
  await paused.end()
  expect(await asked).toBeInstanceOf(Error)
})

it('does not wait for a failover: while no host will do, no caller can be served', async () => {
  const { user, password, host, port, database } = server()
  const url = `postgres://${user}:${password}@${host}:${port},${host}:${port}/${database}?target_session_attrs=standby`
  // One that knows already when it ends, and one that finds out.
  for (const isKnown of [true, false]) {
    const pool = dropIn({
      connectionString: url,
      connectionTimeoutMillis: 0,
      statepool: { drainTimeout: patience },
    })
    const asked = failure(pool.query('SELECT 1'))
    if (isKnown) await until(() => /no host fits/i.test(pool.statepool.health().reason), 'it knows')
    await pool.end()
    expect(await asked).toMatchObject({ message: 'Cannot use a pool after calling end on the pool' })
  }
})

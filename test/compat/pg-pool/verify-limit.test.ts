// `verify` has a limit: a caller is told when it does not call back, and no client is lost.

import { expect, it } from 'vitest'
import { dropIn } from '../../support/drop-in.js'
import { until } from '../../support/until.js'

const pidOf = async (client: { query(sql: string): Promise<{ rows: { pid: number }[] }> }) =>
  (await client.query('SELECT pg_backend_pid() AS pid')).rows[0]?.pid

it('a verify that never calls back fails its caller within connectionTimeoutMillis, and the next one has a client', async () => {
  const left = [(): void => {}]
  await using pool = dropIn({
    max: 1,
    connectionTimeoutMillis: 500,
    verify: (_client, done) => left.pop() ?? done(),
  })
  const refused = await pool.connect().then(String, String)
  expect(refused).toMatch(/timeout exceeded when trying to connect.*`verify` did not call back within 500 ms/)
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  expect(pool.totalCount).toBe(1)
})

it('so does that of a query, and the pool’s validateTimeout counts, too', async () => {
  await using pool = dropIn({ max: 1, statepool: { validateTimeout: 300 }, verify: () => {} })
  await expect(pool.query('SELECT 1')).rejects.toThrow('`verify` did not call back within 300 ms')
  await until(() => pool.totalCount === 0, 'its client is closed')
})

it('a verify that calls back too late changes nothing', async () => {
  let late: (() => void) | undefined
  await using pool = dropIn({
    max: 1,
    connectionTimeoutMillis: 300,
    verify: (_client, done) => {
      if (late === undefined) late = done
      else done()
    },
  })
  await expect(pool.connect()).rejects.toThrow('did not call back')
  const client = await pool.connect()
  late?.()
  expect(await pidOf(client)).toBeGreaterThan(0)
  client.release()
})

it('a client that is lost meanwhile fails its caller with the reason', async () => {
  await using other = dropIn({ max: 1 })
  await using pool = dropIn({
    max: 1,
    statepool: { validateTimeout: 60_000 },
    verify: async client => {
      const pid = await pidOf(client)
      await other.query('SELECT pg_terminate_backend($1)', [pid])
    },
  })
  await expect(pool.connect()).rejects.toThrow('terminating connection due to administrator command')
})

it('like pg.Pool it waits forever when it is told to', async () => {
  let call: (() => void) | undefined
  await using pool = dropIn({
    max: 1,
    likePgPool: ['waitForever'],
    verify: (_client, done) => {
      call = done
    },
  })
  const asked = pool.connect()
  await until(() => call !== undefined, 'verify is called')
  const early = await Promise.race([asked, new Promise(resolve => setTimeout(resolve, 200, 'waits'))])
  expect(early).toBe('waits')
  call?.()
  ;(await asked).release()
})

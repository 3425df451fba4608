// The program of the guide about cancelling, on PostgreSQL.
import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'
import { expect, inject, it } from 'vitest'

it('a request that ends takes its statement along, and the connection stays', async () => {
  const { cert: _, ...connection } = inject('postgres')
  await using pool = createPool(postgres(connection), { max: 1 })
  const pid = () => pool.use(async client => (await client.query('SELECT pg_backend_pid() AS pid')).rows[0])
  const before = await pid()
  const text = 'SELECT pg_sleep(60)'
  const request = new AbortController()
  setTimeout(() => request.abort(), 100)
  // #region use
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(30_000)])
  const report = await pool
    .use(client => client.query(text), { signal })
    .catch(error => {
      if (error.code === 'QUERY_ABORTED' || error.code === 'ACQUIRE_ABORTED') return undefined
      throw error
    })
  // #endregion
  expect(report).toBeUndefined()
  expect(await pid()).toEqual(before)
})

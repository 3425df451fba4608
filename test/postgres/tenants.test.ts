// The recipe of docs/guides/hooks.md on a real PostgreSQL: row-level security for two tenants who share one connection.

import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/index.js'
import { createPool, type Pool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'

const role = `statepool_tenants_${process.pid}`
let backends: Backends
let owner: pg.Client
beforeAll(async () => {
  backends = await watchBackends('tenants')
  owner = new pg.Client(backends.config)
  await owner.connect()
  await owner.query(`
    CREATE ROLE ${role} NOLOGIN;
    CREATE TABLE note (tenant text, words text);
    INSERT INTO note VALUES ('ada', 'hers'), ('bob', 'his');
    ALTER TABLE note ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON note USING (tenant = current_setting('app.tenant', true));
    GRANT ALL ON note TO ${role}`)
})
afterAll(async () => {
  await owner.query(`DROP TABLE note; DROP OWNED BY ${role}; DROP ROLE ${role}`)
  await owner.end()
  await backends.stop()
})

function poolForTenants(): Pool<pg.Client> {
  return createPool(postgres(backends.config), {
    min: 0,
    max: 1,
    onConnect: client => client.query(`SET ROLE ${role}`),
    onLend: (client, { session }) => {
      if (typeof session !== 'string') throw new Error('acquire({ session }) names no tenant')
      return client.query("SELECT set_config('app.tenant', $1, false)", [session])
    },
    onReturn: client => client?.query("SELECT set_config('app.tenant', '', false)"),
  })
}

const notes = async (client: pg.Client) =>
  (await client.query('SELECT words FROM note')).rows.map(({ words }) => words)
const seenBy = (pool: Pool<pg.Client>, session: string) => pool.use(notes, { session })

it('neither of two tenants sees the other’s rows, whatever the one before did with the connection', async () => {
  await using pool = poolForTenants()
  expect([await seenBy(pool, 'ada'), await seenBy(pool, 'bob')]).toEqual([['hers'], ['his']])
  // A statement that fails.
  await expect(pool.use(client => client.query('SELECT nonsense'), { session: 'ada' })).rejects.toThrow()
  expect(await seenBy(pool, 'bob')).toEqual(['his'])
  // A transaction that is left open, and failed.
  const open = await pool.acquire({ session: 'ada' })
  await open.connection.query('BEGIN')
  await open.connection.query('SELECT nonsense').catch(() => {})
  open.release()
  expect(await seenBy(pool, 'bob')).toEqual(['his'])
  // A session that is reset: onConnect runs again, and the role is the tenants'.
  const reset = await pool.acquire({ session: 'ada' })
  await reset.connection.query('DISCARD ALL')
  reset.release()
  expect(await seenBy(pool, 'bob')).toEqual(['his'])
  // A lease that is destroyed.
  const destroyed = await pool.acquire({ session: 'ada' })
  destroyed.destroy()
  expect(await seenBy(pool, 'bob')).toEqual(['his'])
  // A caller who gives up.
  const leaver = new AbortController()
  const held = await pool.acquire({ session: 'bob' })
  const left = pool.acquire({ session: 'ada', signal: leaver.signal }).catch(error => error.code)
  held.release()
  leaver.abort()
  expect(await left).toBe('ACQUIRE_ABORTED')
  expect(await seenBy(pool, 'bob')).toEqual(['his'])
})

it('a caller who names no tenant gets no connection', async () => {
  await using pool = poolForTenants()
  await expect(pool.use(notes)).rejects.toMatchObject({ code: 'LEND_REFUSED' })
})

it('between leases, the connection belongs to no tenant', async () => {
  await using pool = poolForTenants()
  await seenBy(pool, 'ada')
  const { rows } = await pool.use(client => client.query('SELECT current_user AS role'), {
    session: 'nobody’s',
  })
  expect([rows[0].role, await seenBy(pool, '')]).toEqual([role, []])
})

// A marked password, in every place where one can be given, and a search for it in everything that the pool shows.

import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import { everythingOf } from '../support/everything-of.js'

const mark = 'hunter2-the-marked-password'
const role = 'marked'

let admin: ReturnType<typeof createPool<import('pg').Client>>
beforeAll(async () => {
  const { host, port, user, password, database } = inject('postgres')
  admin = createPool(postgres({ host, port, user, password, database }), { min: 0, max: 1 })
  await admin.use(client => client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${mark}'`))
})
afterAll(async () => {
  await admin.use(client => client.query(`DROP ROLE ${role}`))
  await admin.close()
})

/** What became of a pool that works for a while, is torn from its connections, and closes: all that anybody could see of it. */
async function everythingShown(config: PostgresConfig | string): Promise<readonly [unknown[], number]> {
  const shown: unknown[] = []
  const logged = (['log', 'warn', 'error', 'info', 'debug'] as const).map(method =>
    vi.spyOn(console, method).mockImplementation((...words) => void shown.push(words)),
  )
  const warned = (warning: unknown) => void shown.push(warning)
  process.on('warning', warned)
  const driver = postgres(config)
  const pool = createPool(driver, { min: 1, max: 1, acquireTimeout: 150, whenDown: 'fail' })
  pool.events$.subscribe(event => void shown.push(event))
  pool.inspect((event: InspectionEvent) => {
    shown.push('event' in event ? event.event : event.type, 'snapshot' in event ? event.snapshot : '')
  })
  const fail = (error: unknown) => void shown.push(error)
  await pool.ready().catch(fail)
  await pool
    .use(async (client, lease) => {
      shown.push(lease)
      await pool.acquire({ timeout: 20 }).catch(fail)
      await client.query('SELECT no_such_column').catch(fail)
      await client.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(fail)
    })
    .catch(fail)
  shown.push(pool, pool.stats(), driver, driver.describe?.(), pool.actor.getSnapshot())
  shown.push(pool.actor.getPersistedSnapshot(), pool.actor.getSnapshot().toJSON())
  for (const child of Object.values(pool.actor.getSnapshot().children)) {
    shown.push(child?.getSnapshot(), child?.getPersistedSnapshot())
  }
  await pool.close().catch(fail)
  await pool.acquire().catch(fail)
  process.off('warning', warned)
  for (const spy of logged) spy.mockRestore()
  return [shown, pool.stats().opened]
}

describe('nothing that the pool shows has the password in it', () => {
  const { host, port, database } = inject('postgres')
  const ways: [string, PostgresConfig | string, works: boolean][] = [
    ['in the options', { host, port, database, user: role, password: mark }, true],
    ['from a function', { host, port, database, user: role, password: async () => mark }, true],
    ['in a connection string', `postgres://${role}:${mark}@${host}:${port}/${database}`, true],
    ['for somebody else', `postgres://nobody:${mark}@${host}:${port}/${database}`, false],
    ['where nobody listens', `postgres://${role}:${mark}@127.0.0.1:1/${database}`, false],
  ]

  it.each(ways)('given %s', async (_, config, works) => {
    const [shown, opened] = await everythingShown(config)
    expect(opened > 0).toBe(works)
    expect(shown.length).toBeGreaterThan(15)
    // Once each: what inspectors are told is told several times.
    for (const value of new Set(shown)) expect(everythingOf(value)).not.toContain(mark)
  })

  it('given in an option that is refused', () => {
    for (const config of [
      { connectionString: `mysql:/${mark}` },
      { connectionString: { url: mark } as never },
      mark,
      { password: { secret: mark } as never },
    ]) {
      try {
        createPool(postgres(config), { min: 0, max: 1 }).close()
      } catch (error) {
        expect(everythingOf(error)).not.toContain(mark)
      }
    }
    expect(() => createPool(mark as never)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(mark) }),
    )
  })
})

it('the search would find it', () => {
  expect(everythingOf(new Error('x', { cause: { password: mark } }))).toContain(mark)
})

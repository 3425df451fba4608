// Budgets in the drop-in of pg.Pool, and where statements share connections.
import { expect, inject, it } from 'vitest'
import { Pool, postgres } from '../../src/db/pg/index.js'
import { fleet } from '../../src/fleet/index.js'
import { createPool, poolGroup } from '../../src/index.js'
import { until } from '../support/until.js'

const { cert: _, ...connection } = inject('postgres')

it.each([
  ['a group', () => ({ group: poolGroup({ max: 2 }) })],
  ['a fleet', () => ({ fleet: fleet({ name: `drop_in_${process.pid}`, connections: 2 }) })],
])('two drop-ins of %s share its connections', async (_name, budget) => {
  const statepool = budget()
  const [a, b] = [1, 2].map(() => new Pool({ ...connection, max: 5, statepool })) as [Pool, Pool]
  try {
    const clients = await Promise.all([a.connect(), a.connect()])
    const { pid } = (await clients[0].query('SELECT pg_backend_pid() AS pid')).rows[0]
    const waiting = b.query('SELECT pg_backend_pid() AS pid')
    // While an attempt looks for a slot in the fleet, there is one connection more.
    await until(
      () => b.statepool.stats().waiting === 1 && b.totalCount === 0,
      'the second one waits, and holds none',
    )
    expect(a.totalCount).toBe(2)
    for (const client of clients) client.release()
    const { rows } = await waiting
    expect(rows[0].pid).not.toBe(pid)
    expect(a.totalCount + b.totalCount).toBeLessThanOrEqual(2)
  } finally {
    await Promise.all([a.end(), b.end()])
  }
})

it('a fleet’s sessions can be shared by statements (share), whose connections are pipelined', async () => {
  const pool = createPool(postgres({ ...connection, pipeline: true }), {
    share: true,
    fleet: fleet({ name: `shared_${process.pid}`, connections: 1 }),
  })
  try {
    const answers = await Promise.all([1, 2, 3].map(n => pool.query<{ rows: object[] }>(`SELECT ${n} AS n`)))
    expect(answers.map(({ rows }) => rows[0])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  } finally {
    await pool.close()
  }
})

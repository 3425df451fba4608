// Random failovers under random callers, in simulated time: each caller is answered once, and by a host that is what it asked for.
import { expect, it } from 'vitest'
import { createStreams } from '../../src/db/simulated/random.js'
import type { HostTargetName } from '../../src/hosts/index.js'
import { hostsInSimulatedTime } from '../support/hosts-in-simulated-time.js'
import { cases } from '../support/seeds.js'

const targets: HostTargetName[] = ['primary', 'primary', 'standby', 'prefer-standby', 'prefer-primary', 'any']
const roles: Record<HostTargetName, readonly string[]> = {
  primary: ['primary'],
  'read-write': ['primary'],
  standby: ['standby'],
  'read-only': ['standby'],
  'prefer-standby': ['standby', 'primary'],
  'prefer-primary': ['standby', 'primary'],
  any: ['standby', 'primary'],
}

/** What callers may be told: that no host was there in time, that a connection was lost, or what the server says of a write. */
const expected = [
  'NO_HOST',
  'ACQUIRE_TIMEOUT',
  'ACQUIRE_ABORTED',
  'QUERY_ABORTED',
  '25006',
  '57P01',
  '08003',
  'LEASE_REVOKED',
]

async function play(seed: number): Promise<{ served: number; failed: number }> {
  const streams = createStreams(seed)
  const random = () => streams('story')
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  const count = 2 + Math.floor(random() * 2)
  const whenDown = pick(['wait', 'wait', 'fail'] as const)
  const parts = hostsInSimulatedTime(count, { max: 2, min: pick([0, 1]), acquireTimeout: 4_000, whenDown })
  const { pool, clock, servers } = parts
  const wrong: unknown[] = []
  let asked = 0
  let served = 0
  let failed = 0

  const call = async (): Promise<void> => {
    asked++
    const target = pick(targets)
    const controller = new AbortController()
    if (random() < 0.1) clock.setTimeout(() => controller.abort('enough'), random() * 3_000)
    const options = { target, signal: controller.signal, ...(random() < 0.2 && { timeout: pick([0, 500]) }) }
    const way = random()
    const work = async (connection: Parameters<typeof parts.hostOf>[0]): Promise<void> => {
      const host = parts.hostOf(connection)
      const { state = 'none', since = 0 } = pool.hosts().find(each => each.host === host) ?? {}
      // On its way from the pool to one who awaits acquire(), a lease passes a turn or two, in which the host may become another one.
      const hasJustChanged = way >= 0.8 && since === clock.now()
      if (!roles[target].includes(state) && !hasJustChanged) wrong.push([target, host, state])
      await connection.query(target === 'primary' ? 'INSERT' : 'SELECT')
      await new Promise<void>(resolve => clock.setTimeout(resolve, random() * 200))
    }
    try {
      if (way < 0.6) await pool.use(work, options)
      else if (way < 0.8) await pool.transaction(work, options)
      else {
        const lease = await pool.acquire(options)
        try {
          await work(lease.connection)
        } finally {
          lease.release()
        }
      }
      served++
    } catch (error) {
      failed++
      const { code } = error as { code?: string }
      if (!expected.includes(String(code))) wrong.push(error)
    }
  }

  for (let turn = 0; turn < 60; turn++) {
    const server = pick(servers)
    const what = random()
    if (what < 0.04) server.stop()
    else if (what < 0.12) server.start()
    else if (what < 0.16) server.demote()
    else if (what < 0.22) {
      for (const other of servers) if (other !== server && other.role === 'primary') other.demote()
      server.promote()
    } else if (what < 0.26 && server.connections[0] !== undefined) server.kill(server.connections[0])
    for (let callers = Math.floor(random() * 4); callers > 0; callers--) void call()
    await clock.advance(random() * 400)
  }
  await clock.advance(30_000)
  expect({ seed, wrong, answered: served + failed }).toEqual({ seed, wrong: [], answered: asked })

  // When all is well again, everyone is served.
  for (const server of servers) server.start()
  for (const server of servers.slice(1)) server.demote()
  servers[0]?.promote()
  await clock.advance(60_000)
  expect({ seed, states: Object.values(parts.states()).sort() }).toEqual({
    seed,
    states: ['primary', ...Array(count - 1).fill('standby')],
  })
  const closed = pool.close()
  await clock.advance(10_000)
  await closed
  expect({ seed, open: servers.map(({ open }) => open), pending: clock.pending }).toEqual({
    seed,
    open: servers.map(() => 0),
    pending: 0,
  })
  return { served, failed }
}

/** A tenth of a second each: `PROPERTY_RUNS=1000` for more. */
const runs = Number(process.env.PROPERTY_RUNS ?? cases({ all: 100, some: 40 }))

it('each caller is answered once, by a host of the right kind, and nothing stays when all is over', async () => {
  let served = 0
  let failed = 0
  for (let seed = 1; seed <= runs; seed++) {
    const all = await play(seed)
    served += all.served
    failed += all.failed
  }
  expect(served).toBeGreaterThan(30 * runs)
  expect(failed).toBeGreaterThan(runs)
})

// Which host a caller gets, by the kind of host that it asks for.
import { describe, expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createHostPool, type HostTargetName } from '../../src/hosts/index.js'
import { type HostsInSimulatedTime, hostsInSimulatedTime } from '../support/hosts-in-simulated-time.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

/** The hosts that callers of a target get, one after the other. */
async function hostsFor(parts: HostsInSimulatedTime, target: HostTargetName, times = 4): Promise<string> {
  let hosts = ''
  for (let caller = 0; caller < times; caller++) {
    const outcome = watch(parts.pool.use(async connection => parts.hostOf(connection), { target }))
    await parts.clock.advance(50)
    hosts += outcome.value ?? '-'
  }
  return hosts
}

/** A pool whose hosts are all known. */
async function known(...args: Parameters<typeof hostsInSimulatedTime>): Promise<HostsInSimulatedTime> {
  const parts = hostsInSimulatedTime(...args)
  await parts.clock.advance(500)
  return parts
}

it('a primary gets those who want one, and those who say nothing', async () => {
  const parts = await known(3)
  expect(parts.states()).toEqual({ a: 'primary', b: 'standby', c: 'standby' })
  expect(await hostsFor(parts, 'primary')).toBe('aaaa')
  expect(await hostsFor(parts, 'read-write')).toBe('aaaa')
  const lease = await parts.pool.acquire()
  expect(parts.hostOf(lease.connection)).toBe('a')
})

it('standbys take turns', async () => {
  const parts = await known(3)
  expect(await hostsFor(parts, 'standby')).toMatch(/^(bcbc|cbcb)$/)
  expect(await hostsFor(parts, 'read-only')).toMatch(/^(bcbc|cbcb)$/)
  expect(await hostsFor(parts, 'prefer-standby')).toMatch(/^(bcbc|cbcb)$/)
})

it('any host serves those who want any', async () => {
  const parts = await known(3)
  expect([...(await hostsFor(parts, 'any', 6))].sort().join('')).toBe('aabbcc')
})

it('who prefers a standby gets the primary when all standbys are down or busy', async () => {
  const parts = await known(2, { max: 1 })
  const held = await parts.pool.acquire({ target: 'standby' })
  expect(await hostsFor(parts, 'prefer-standby')).toBe('aaaa')
  held.release()
  expect(await hostsFor(parts, 'prefer-standby')).toBe('bbbb')
  parts.servers[1]?.stop()
  await parts.clock.advance(1_000)
  expect(await hostsFor(parts, 'prefer-standby')).toBe('aaaa')
})

it('who prefers a standby waits for one when the primary is busy, too', async () => {
  const parts = await known(2, { max: 1 })
  const [standby] = [
    await parts.pool.acquire({ target: 'standby' }),
    await parts.pool.acquire({ target: 'primary' }),
  ]
  const waiting = watch(parts.pool.acquire({ target: 'prefer-standby' }))
  await parts.clock.advance(100)
  expect(waiting.state).toBe('pending')
  standby.release()
  await parts.clock.advance(50)
  expect(waiting.state).toBe('fulfilled')
})

it("with balance 'least-busy' the host with the fewest leases comes next", async () => {
  const parts = await known(3, { max: 3, min: 3, balance: 'least-busy' })
  await parts.clock.advance(500)
  const target = 'standby'
  const held = [await parts.pool.acquire({ target }), await parts.pool.acquire({ target })]
  expect(held.map(({ connection }) => parts.hostOf(connection)).sort()).toEqual(['b', 'c'])
  const onB = held.find(({ connection }) => parts.hostOf(connection) === 'b')
  onB?.release()
  expect(await hostsFor(parts, target)).toBe('bbbb')
})

it('callers who come before any host has told its role wait for it', async () => {
  const parts = hostsInSimulatedTime(2, { min: 0 })
  const writer = watch(parts.pool.use(async connection => parts.hostOf(connection)))
  const reader = watch(parts.pool.use(async connection => parts.hostOf(connection), { target: 'standby' }))
  await parts.clock.advance(130)
  expect([writer.value, reader.value]).toEqual(['a', 'b'])
})

describe('each verb', () => {
  it('takes a target', async () => {
    const parts = await known(2)
    const target = 'standby'
    const lease = await parts.pool.acquire({ target })
    expect(parts.hostOf(lease.connection)).toBe('b')
    lease.release()
    const transaction = watch(
      parts.pool.transaction(async connection => parts.hostOf(connection), { target }),
    )
    const query = watch(parts.pool.query<{ rows: { connection: number }[] }>('SELECT 1', [], { target }))
    await parts.clock.advance(100)
    expect(transaction.value).toBe('b')
    expect(query.state).toBe('fulfilled')
    expect(parts.servers[1]?.totals.queries).toBe(3) // BEGIN, COMMIT, SELECT
  })

  it('refuses a target that is none', async () => {
    const { pool } = await known(2)
    const refused = { code: 'OPTIONS_INVALID', option: 'target', value: 'master' }
    const options = { target: 'master' as 'primary' }
    await expect(pool.acquire(options)).rejects.toMatchObject(refused)
    await expect(pool.use(() => {}, options)).rejects.toMatchObject(refused)
    await expect(pool.transaction(() => {}, options)).rejects.toMatchObject(refused)
    await expect(pool.query('SELECT 1', [], options)).rejects.toMatchObject(refused)
  })
})

describe('bad options', () => {
  const noHost = async () => {
    const parts = await known(2)
    parts.servers[0]?.demote()
    await parts.clock.advance(15_000)
    expect(parts.states()).toEqual({ a: 'standby', b: 'standby' })
    return parts
  }

  it('are refused at once while no host fits, too, by each verb', async () => {
    const { pool } = await noHost()
    const bad = (option: string) => expect.objectContaining({ code: 'OPTIONS_INVALID', option })
    for (const [option, value] of Object.entries({
      timeout: -1,
      signal: {},
      nonsense: 1,
      tenant: 5,
      lane: 'none',
      weight: 2,
    })) {
      const options = { [option]: value } as object
      await expect(pool.acquire(options)).rejects.toEqual(bad(option))
      await expect(pool.use(() => {}, options)).rejects.toEqual(bad(option))
      await expect(pool.transaction(() => {}, options)).rejects.toEqual(bad(option))
      if (option !== 'weight') await expect(pool.query('SELECT 1', [], options)).rejects.toEqual(bad(option))
    }
    await expect(pool.acquire({ session: 1 })).rejects.toEqual(bad('session'))
    await expect(pool.transaction(() => {}, { retry: -1 })).rejects.toEqual(bad('retry'))
    expect(pool.stats().seeking).toBe(0)
  })

  it('of close() end nothing', async () => {
    const { pool, clock } = await known(2)
    await expect(pool.close({ timeout: -1 })).rejects.toMatchObject({ option: 'timeout' })
    const lease = watch(pool.acquire())
    await clock.advance(200)
    expect(lease.state).toBe('fulfilled')
    expect(pool.hosts().map(({ pool: own }) => own.stats().state)).toEqual(['running', 'running'])
  })
})

it('a driver that says neither of a server has its connects fail, and the error says why', async () => {
  const clock = createSimulatedClock()
  const driver = { ...simulated({ clock }), hostRole: async () => 'leader' as 'primary' }
  const hosts = [{ name: 'a', driver }]
  await using pool = createHostPool({ hosts }, { clock, acquireTimeout: 500 })
  const lease = watch(pool.acquire())
  await clock.advance(600)
  expect(String(lease.error)).toContain(
    `hostRole() (simulated) resolved to "leader", and not to 'primary' or 'standby'`,
  )
  expect(driver.database.open).toBe(0)
  void clock.advance(1_000)
})

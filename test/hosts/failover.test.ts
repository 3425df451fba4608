// The primary becomes a standby, or goes away, and another host takes its place: who is told what, and how soon writes go on.
import { describe, expect, it } from 'vitest'
import type { NoHostError } from '../../src/index.js'
import { hostsInSimulatedTime } from '../support/hosts-in-simulated-time.js'
import { watch } from '../support/pool-in-simulated-time.js'

async function known(...args: Parameters<typeof hostsInSimulatedTime>) {
  const parts = hostsInSimulatedTime(...args)
  await parts.clock.advance(500)
  const [a, b] = parts.servers as [(typeof parts.servers)[0], (typeof parts.servers)[0]]
  const write = () =>
    parts.pool.use(async connection => {
      await connection.query('INSERT')
      return parts.hostOf(connection)
    })
  return { ...parts, a, b, write }
}

describe('a primary that becomes a standby', () => {
  it('is noticed at its first error, and costs the statements in flight and no other', async () => {
    const { pool, clock, a, b, write, states } = await known(2, { min: 2 })
    const inFlight = [watch(write()), watch(write())]
    const waiting = [watch(write()), watch(write()), watch(write())]
    await clock.advance(5)
    a.demote()
    await clock.advance(10)
    expect(inFlight.map(({ error }) => (error as { code: string }).code)).toEqual(['25006', '25006'])
    expect(waiting.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
    expect(pool.stats()).toMatchObject({ seeking: 3 })
    await clock.advance(1_000)
    expect(states()).toEqual({ a: 'standby', b: 'standby' })
    b.promote()
    await clock.advance(700)
    expect(waiting.map(({ value }) => value)).toEqual(['b', 'b', 'b'])
    expect(states()).toEqual({ a: 'standby', b: 'primary' })
    const later = watch(write())
    await clock.advance(50)
    expect(later.value).toBe('b')
  })

  it('loses those who wait for a place in its lanes, too', async () => {
    const { pool, clock, a, b, hostOf } = await known(2, { lanes: { exports: { max: 1 } }, hostRecheck: 500 })
    const exporting = (time: number) =>
      watch(
        pool.use(
          async connection => {
            await new Promise<void>(resolve => clock.setTimeout(resolve, time))
            return hostOf(connection)
          },
          { lane: 'exports' },
        ),
      )
    const [holder, atTheDoor] = [exporting(5_000), exporting(10)]
    await clock.advance(10)
    a.demote()
    b.promote()
    await clock.advance(1_200)
    expect(holder.state).toBe('pending')
    expect(atTheDoor.value).toBe('b')
    expect(pool.hosts().map(host => host.pool.stats().lanes?.exports?.waiting)).toEqual([0, 0])
  })

  it('serves reads all the time', async () => {
    const { pool, clock, a, write } = await known(2)
    const failing = watch(write())
    a.demote()
    await clock.advance(20)
    expect(failing.state).toBe('rejected')
    const reads = [1, 2, 3].map(() => watch(pool.use(() => 'read', { target: 'any' })))
    await clock.advance(20)
    expect(reads.map(({ value }) => value)).toEqual(['read', 'read', 'read'])
  })

  it('is noticed within hostRecheck when no write tells', async () => {
    const { clock, a, b, states } = await known(2, { hostRecheck: 3_000 })
    a.demote()
    b.promote()
    await clock.advance(2_000)
    expect(states()).toEqual({ a: 'primary', b: 'standby' })
    await clock.advance(1_100)
    expect(states()).toEqual({ a: 'standby', b: 'primary' })
  })

  it('is not written to any more once another one was promoted, even if it still says that it is a primary', async () => {
    const { clock, b, write, states } = await known(2, { hostRecheck: 1_000 })
    b.promote()
    await clock.advance(1_100)
    expect(states()).toEqual({ a: 'primary', b: 'primary' })
    const writes = [watch(write()), watch(write())]
    await clock.advance(50)
    expect(writes.map(({ value }) => value)).toEqual(['b', 'b'])
  })

  it.each([
    ['a connection of its own', {}, undefined],
    ['a connection of its own, with a time limit', {}, { timeout: 10_000 }],
    ['connections that statements share', { share: { depth: 4 } }, undefined],
    ['connections that statements share, with a time limit', { share: { depth: 4 } }, { timeout: 10_000 }],
  ])(
    'gets no caller who waited for a validation meanwhile (statements on %s)',
    async (_, options, limits) => {
      const recheck = { hostRecheck: 1_000, validateAfter: 0 }
      const { pool, clock, a, b, hostOf, states } = await known(2, { ...recheck, min: 3, max: 5, ...options })
      a.change({ validateLatency: 1_500 })
      b.promote()
      const acquired = watch(pool.acquire())
      const work = [
        ...[1, 2].map(() => watch(pool.query('INSERT', [], limits))),
        watch(pool.use(connection => connection.query('INSERT'))),
        watch(pool.transaction(connection => connection.query('INSERT'))),
      ]
      await clock.advance(1_400)
      expect(states()).toEqual({ a: 'primary', b: 'primary' })
      await clock.advance(1_000)
      const lease = acquired.value
      expect(lease && hostOf(lease.connection)).toBe('b')
      expect(work.map(({ state }) => state)).toEqual(work.map(() => 'fulfilled'))
      expect(a.totals.queries).toBe(2) // BEGIN and ROLLBACK
    },
  )

  it('has a transaction with retry repeated on its successor', async () => {
    const { pool, clock, a, b, hostOf } = await known(2)
    const hosts: string[] = []
    const repeated = watch(
      pool.transaction(
        async connection => {
          hosts.push(hostOf(connection))
          await connection.query('UPDATE')
        },
        { retry: 1 },
      ),
    )
    await clock.advance(15)
    a.demote()
    b.promote()
    await clock.advance(1_000)
    expect(repeated.state).toBe('fulfilled')
    expect(hosts).toEqual(['a', 'b'])
  })
})

describe('a primary that answers no more', () => {
  const freeze = { validateHangRate: 1, connectHangRate: 1, queryHangRate: 1 }

  it.each([
    ['before a connection to it is found not to answer', 500, 10_000],
    ['and is noticed by a recheck while its connection is looked at', 500, 3_000],
    ['later', 7_000, 30_000],
  ])('loses its callers to a host that is promoted %s', async (_, promotedAt, hostRecheck) => {
    const { clock, a, b, write } = await known(2, { max: 1, validateAfter: 0, hostRecheck })
    a.change(freeze)
    const writes = [watch(write()), watch(write())]
    await clock.advance(promotedAt)
    b.promote()
    await clock.advance(Math.max(promotedAt, 5_000) - promotedAt + 1_100) // validateTimeout, and two more questions
    expect(writes.map(({ value }) => value)).toEqual(['b', 'b'])
  })
})

describe('a primary that goes down', () => {
  it('has its callers wait for the next one, which takes their writes within two seconds of its promotion', async () => {
    const { pool, clock, a, b, write, states } = await known(2)
    a.stop()
    await clock.advance(500)
    expect(states()).toEqual({ a: 'down', b: 'standby' })
    const waiting = [watch(write()), watch(write())]
    await clock.advance(10_000)
    expect(waiting.map(({ state }) => state)).toEqual(['pending', 'pending'])
    b.promote()
    await clock.advance(2_000)
    expect(waiting.map(({ value }) => value)).toEqual(['b', 'b'])
    expect(pool.health()).toMatchObject({ status: 'degraded' })
    a.start()
    a.demote()
    await clock.advance(40_000)
    expect(states()).toEqual({ a: 'standby', b: 'primary' })
    expect(pool.health()).toMatchObject({ status: 'ready' })
  })

  it('is known to be down without a caller, and without a recheck', async () => {
    const { clock, a, states } = await known(2, { hostRecheck: false })
    a.stop()
    await clock.advance(1_000)
    expect(states()).toEqual({ a: 'down', b: 'standby' })
  })

  it('and comes back as the primary serves those who have waited', async () => {
    const { clock, a, write } = await known(2)
    a.stop()
    await clock.advance(500)
    const waiting = watch(write())
    await clock.advance(5_000)
    a.start()
    await clock.advance(1_100)
    expect(waiting.value).toBe('a')
  })

  it('and is restarted as a standby gets no write, whose callers had waited in its queue', async () => {
    const { clock, a, b, write, states } = await known(2, { max: 1 })
    const holder = watch(write())
    const waiting = [watch(write()), watch(write())]
    await clock.advance(5)
    a.stop()
    a.start()
    a.demote()
    b.promote()
    await clock.advance(1_000)
    expect(holder.state).toBe('rejected')
    expect(waiting.map(({ value }) => value)).toEqual(['b', 'b'])
    expect(states()).toEqual({ a: 'standby', b: 'primary' })
  })

  it('is not tried in a loop, however many callers wait', async () => {
    const { clock, a, b, write } = await known(2)
    a.stop()
    await clock.advance(500)
    const before = { connects: a.totals.connects, queries: b.totals.queries + b.totals.validations }
    for (let caller = 0; caller < 1_000; caller++) watch(write())
    await clock.advance(10_000)
    expect(a.totals.connects - before.connects).toBeLessThan(30)
    expect(b.totals.connects).toBeLessThan(3)
  })
})

describe('a caller that no host suits', () => {
  it('is told, when its time is up, of each host, since when it is so, and why', async () => {
    const { pool, clock, a, write } = await known(2, { name: 'shop' })
    a.stop()
    await clock.advance(1_000)
    const outcome = watch(pool.acquire({ timeout: 3_000 }))
    await clock.advance(3_000)
    const error = outcome.error as NoHostError
    expect(error).toMatchObject({
      name: 'NoHostError',
      code: 'NO_HOST',
      pool: 'shop',
      target: 'primary',
      waited: 3_000,
      hosts: [
        { host: 'a', state: 'down', lastError: { code: 'CONNECT_FAILED' } },
        { host: 'b', state: 'standby', lastError: undefined },
      ],
      cause: { code: 'CONNECT_FAILED' },
    })
    expect(error.message).toMatch(
      /^No host fitted the target 'primary' within 3,000 ms\.\n {2}Why: a has been down for [\d,]+ ms \(.*stopped\); b has been a standby for [\d,]+ ms\.\n {2}What to do: have a standby promoted/,
    )
    await expect(pool.acquire({ timeout: 0 })).rejects.toMatchObject({ code: 'NO_HOST', waited: 0 })
    watch(write())
  })

  it('leaves when its signal aborts', async () => {
    const { pool, clock, a } = await known(2)
    a.stop()
    await clock.advance(1_000)
    const controller = new AbortController()
    const outcome = watch(pool.acquire({ signal: controller.signal }))
    await clock.advance(100)
    controller.abort('enough')
    await clock.advance(0)
    expect(outcome.error).toMatchObject({ code: 'ACQUIRE_ABORTED', cause: 'enough' })
    expect(pool.stats().seeking).toBe(0)
    await expect(pool.acquire({ signal: controller.signal })).rejects.toMatchObject({
      code: 'ACQUIRE_ABORTED',
    })
  })

  it("is refused at once with whenDown 'fail', and served again soon after a promotion", async () => {
    const { pool, clock, a, b, write } = await known(2, { whenDown: 'fail' })
    a.stop()
    await clock.advance(1_000)
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'NO_HOST' })
    b.promote()
    await clock.advance(600) // who was refused had the hosts asked
    const served = watch(write())
    await clock.advance(50)
    expect(served.value).toBe('b')
  })

  it('is refused when the pool is closed, and later ones are, too', async () => {
    const { pool, clock, a } = await known(2)
    a.stop()
    await clock.advance(1_000)
    const outcome = watch(pool.acquire())
    const closed = watch(pool.close())
    await clock.advance(1_000)
    expect(outcome.error).toMatchObject({ code: 'POOL_CLOSED' })
    expect(closed.state).toBe('fulfilled')
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_CLOSED' })
  })
})

it('an error of the application that looks like the pool’s own is the application’s', async () => {
  const { pool, clock } = await known(2)
  const other = hostsInSimulatedTime(1, { whenDown: 'fail' })
  for (const server of other.servers) server.stop()
  await other.clock.advance(500)
  let calls = 0
  const outcome = watch(
    pool.use(async () => {
      calls++
      await other.pool.acquire()
    }),
  )
  await clock.advance(500)
  expect(outcome.error).toMatchObject({ code: 'NO_HOST' })
  expect(calls).toBe(1)
})

// What a pool of hosts tells of itself, and what it refuses.
import { describe, expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createHostPool, type HostPoolNotice, type HostPoolOptions } from '../../src/hosts/index.js'
import { poolGroup } from '../../src/index.js'
import { createSimulatedClock } from '../../src/testing/index.js'
import { hostsInSimulatedTime } from '../support/hosts-in-simulated-time.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { ScriptedDriver } from '../support/scripted-driver.js'

it('events$ has the events of all hosts, and each change of a host', async () => {
  const { pool, clock, servers } = hostsInSimulatedTime(2, { name: 'shop' })
  const notices: HostPoolNotice[] = []
  let isComplete = false
  pool.events$.subscribe({
    next: notice => notices.push(notice),
    complete: () => {
      isComplete = true
    },
  })
  await clock.advance(500)
  servers[0]?.stop()
  await clock.advance(500)
  const changes = notices.filter(({ type }) => type === 'host.changed')
  expect(changes).toMatchObject([
    { pool: 'shop', host: 'a', from: 'unknown', to: 'primary', error: undefined },
    { pool: 'shop', host: 'b', from: 'unknown', to: 'standby', error: undefined },
    { pool: 'shop', host: 'a', from: 'primary', to: 'down', error: { code: 'CONNECT_FAILED' } },
  ])
  const ofPools = notices.filter(({ type }) => type === 'connection.ready')
  expect(new Set(ofPools.map(({ pool }) => pool))).toEqual(new Set(pool.hosts().map(host => host.pool.name)))
  expect(pool.hosts().map(host => host.pool.name)).toEqual([
    expect.stringMatching(/^shop@a/),
    expect.stringMatching(/^shop@b/),
  ])
  const closed = watch(pool.close())
  await clock.advance(500)
  expect(closed.state).toBe('fulfilled')
  expect(isComplete).toBe(true)
})

it('stats() has sums, and each host’s figures', async () => {
  const { pool, clock } = hostsInSimulatedTime(2, { min: 2, max: 3 })
  await clock.advance(500)
  await pool.acquire()
  expect(pool.stats()).toMatchObject({
    total: 4,
    busy: 1,
    idle: 3,
    max: 6,
    waiting: 0,
    seeking: 0,
    hosts: [
      { host: 'a', state: 'primary', pool: { total: 2, busy: 1 } },
      { host: 'b', state: 'standby', pool: { total: 2, busy: 0 } },
    ],
  })
})

it('health() is down when callers of the target are not served, degraded when a host is not well', async () => {
  const { pool, clock, servers } = hostsInSimulatedTime(2)
  expect(pool.health()).toMatchObject({ status: 'down' })
  await clock.advance(500)
  expect(pool.health()).toMatchObject({ status: 'ready', hosts: [{ host: 'a' }, { host: 'b' }] })
  servers[1]?.stop()
  await clock.advance(500)
  expect(pool.health().status).toBe('degraded')
  expect(pool.health().reason).toMatch(/b is down for [\d,]+ ms \(.*stopped/)
  servers[1]?.start()
  servers[0]?.stop()
  await clock.advance(3_000)
  expect(pool.health()).toMatchObject({ status: 'down' })
})

it('ready() waits for the host that the target wants', async () => {
  const { pool, clock } = hostsInSimulatedTime(2)
  const ready = watch(pool.ready())
  await clock.advance(50)
  expect(ready.state).toBe('pending')
  await clock.advance(100)
  expect(ready.state).toBe('fulfilled')
})

it('pause(), resume(), resize() and evict() are for all hosts', async () => {
  const { pool, clock, servers } = hostsInSimulatedTime(2)
  await clock.advance(500)
  pool.pause()
  const waiting = watch(pool.acquire({ target: 'standby' }))
  await clock.advance(100)
  expect(waiting.state).toBe('pending')
  pool.resume()
  await clock.advance(100)
  waiting.value?.release()
  pool.resize({ min: 2, max: 2 })
  await clock.advance(500)
  expect(pool.stats()).toMatchObject({ total: 4, max: 4 })
  const opened = servers.map(({ totals }) => totals.opened)
  pool.evict()
  await clock.advance(1_000)
  expect(servers.map(({ totals }, index) => totals.opened - (opened[index] as number))).toEqual([2, 2])
})

it('resize() is for all hosts or, when a group has no room for all, for none', async () => {
  const group = poolGroup({ max: 4 })
  const { pool, clock, servers } = hostsInSimulatedTime(2, { group, min: 1, max: 3 })
  await clock.advance(500)
  const opened = () => servers.map(({ totals }) => totals.opened)
  expect(() => pool.resize({ min: 3 })).toThrow(/min must be at most 1: .*; got 3/)
  await clock.advance(500)
  expect(opened()).toEqual([1, 1])
  expect(pool.hosts().map(host => host.pool.stats().min)).toEqual([1, 1])
  pool.resize({ min: 2 }) // for which there is room, as nothing is kept for the size before
  await clock.advance(500)
  expect(opened()).toEqual([2, 2])
})

it('its timers hold nothing when it is closed', async () => {
  const { pool, clock } = hostsInSimulatedTime(3)
  await clock.advance(500)
  const closed = watch(pool.close())
  await clock.advance(100)
  expect(closed.state).toBe('fulfilled')
  expect(clock.pending).toBe(0)
})

describe('it refuses', () => {
  const clock = createSimulatedClock()
  const one = { name: 'a', driver: simulated({ clock }) }
  const create = (options: object, hosts: unknown = [one]) =>
    createHostPool({ hosts: hosts as [typeof one] }, options as HostPoolOptions)

  it.each([
    [{ target: 'master' }, 'target', /target must be 'primary', .* or 'read-only'; got "master"/],
    [{ balance: 'random' }, 'balance', /balance must be 'round-robin' or 'least-busy'/],
    [{ hostRecheck: 0 }, 'hostRecheck', /hostRecheck must be a number of milliseconds greater than 0/],
    [{ whenDown: 'try' }, 'whenDown', /whenDown must be 'wait' or 'fail'/],
    [{ max: 0 }, 'max', /max must be an integer of at least 1/],
    [{ hostRechek: 1 }, 'hostRechek', /createHostPool has no option "hostRechek"; did you mean hostRecheck/],
  ])('%o', (options, option, message) => {
    expect(() => create(options)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID', option }))
    expect(() => create(options)).toThrow(message)
  })

  it.each([
    ['that are none', null, /createHostPool needs hosts/],
    ['that are an empty list', [], /createHostPool needs hosts/],
    ['without a name', [{ driver: one.driver }], /Each host needs a name/],
    ['named twice', [one, one], /The host a is named twice/],
    ['whose driver is none', [{ name: 'a', driver: {} }], /The driver has no connect\(\) method/],
    [
      'whose driver cannot tell',
      [{ name: 'a', driver: new ScriptedDriver() }],
      /cannot tell whether its server takes writes/,
    ],
  ])('hosts %s', (_what, hosts, message) => {
    expect(() => create({}, hosts)).toThrow(message)
  })

  it('a group without room for all, and leaves nothing in it', async () => {
    const group = poolGroup({ max: 3 })
    const hosts = [one, { name: 'b', driver: simulated({ clock }) }]
    expect(() => create({ group, min: 2, clock }, hosts)).toThrow(/min must be at most 1/)
    await clock.advance(1_000)
    expect(group.stats().pools).toEqual([])
  })
})

// Limits of Infinity in a chart that runs alone, on XState's own clock: timers of Node and browsers count to 2^31 - 1 ms, and one of more is
// over at once.
import { expect, it } from 'vitest'
import { type ActorRef, createActor, type Snapshot } from 'xstate'
import {
  type ConnectionEvent,
  type ConnectionFacts,
  connectionMachine,
  hostMachine,
  type PoolEvent,
  poolMachine,
} from '../../src/machines/index.js'

const never = Number.POSITIVE_INFINITY

/** A clock that notes what it is asked for. */
function notingClock() {
  const delays: number[] = []
  return { delays, setTimeout: (_: unknown, delay: number) => delays.push(delay), clearTimeout() {} }
}

it.each<[string, ConnectionEvent[]]>([
  ['connecting', []],
  ['validating', [{ type: 'driver.connected', at: 0 }, { type: 'validate' }]],
  [
    'resetting',
    [
      { type: 'driver.connected', at: 0 },
      { type: 'checkout', at: 0, request: { waits: true } },
      { type: 'release', at: 0, session: 'dirty' },
    ],
  ],
  [
    'closing',
    [
      { type: 'driver.connected', at: 0 },
      { type: 'retire', reason: 'evicted' },
    ],
  ],
])('a connection without limits may be %s for as long as a timer counts', (_, events) => {
  const clock = notingClock()
  const facts = { id: 'connection-1', retireAt: never, provenAt: 0, provenIn: 1, uses: 0, lingers: false }
  const policy = {
    connectTimeout: never,
    validateAfter: never,
    validateTimeout: never,
    resetTimeout: never,
    closeTimeout: never,
    maxUses: never,
    asks: false,
    undoes: false,
  }
  const actor = createActor(connectionMachine, {
    clock,
    input: {
      pool: { send() {} } as unknown as ActorRef<Snapshot<unknown>, PoolEvent>,
      facts: facts as ConnectionFacts,
      policy,
      generation: { current: 1 },
      queue: { open: true, length: 0, next: () => undefined },
    },
  }).start()
  for (const event of events) actor.send(event)
  expect(clock.delays.at(-1)).toBe(2 ** 31 - 1)
})

it('and so may a pool wait for leases', () => {
  const clock = notingClock()
  const roster = { total: 1, connecting: 0, established: 1, idle: 0, wasUp: true, served: 0, triedFor: 0 }
  const actor = createActor(poolMachine, {
    clock,
    input: {
      name: 'pool',
      size: { min: 0, max: 1 },
      maxWaiting: never,
      whenDown: 'wait',
      roster,
      queue: { length: 0, newest: 0, open: true },
      world: { now: () => 0, random: () => 0 },
    },
  }).start()
  actor.send({ type: 'close', timeout: never, at: 0 })
  expect(clock.delays.at(-1)).toBe(2 ** 31 - 1)
})

it('and so may a host be what it is', () => {
  const clock = notingClock()
  const input = { host: 'db1', hostRecheck: never, seekers: { length: 0 } as never, now: () => 0 }
  const actor = createActor(hostMachine, { clock, input }).start()
  actor.send({ type: 'role.told', role: 'primary' })
  expect(Math.max(...clock.delays)).toBeLessThanOrEqual(2 ** 31 - 1)
  expect(actor.getSnapshot().status).toBe('active')
})

// The connection's machine alone, in simulated time: its deadlines, to the millisecond, and what it decides by its facts.
import { describe, expect, it } from 'vitest'
import { type ActorRef, createActor, type Snapshot } from 'xstate'
import {
  type ConnectionEvent,
  type ConnectionFacts,
  type ConnectionPolicy,
  connectionMachine,
  type PoolEvent,
} from '../../src/machines/index.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

const never = Number.POSITIVE_INFINITY
const policy: ConnectionPolicy = {
  connectTimeout: 100,
  validateAfter: 50,
  validateTimeout: 200,
  resetTimeout: 300,
  closeTimeout: 400,
  maxUses: 3,
}
const request = { waits: true }
const nobody = {} as ActorRef<Snapshot<unknown>, PoolEvent>

function connection(changes: Partial<ConnectionPolicy> = {}, needsReset = false) {
  const clock = createSimulatedClock()
  const facts: ConnectionFacts = {
    id: 'connection-1',
    serial: 1,
    retireAt: 10_000,
    idleSince: 0,
    provenAt: 0,
    provenIn: 1,
    uses: 0,
    lingers: false,
    openedAt: undefined,
    ending: undefined,
  }
  const machine = connectionMachine.provide({ guards: { needsReset: () => needsReset } })
  const actor = createActor(machine, {
    clock,
    input: {
      pool: nobody,
      facts,
      policy: { ...policy, ...changes },
      generation: { current: 1 },
      line: { length: 0 },
    },
  }).start()
  const send = (...events: ConnectionEvent[]) => {
    for (const event of events) actor.send(event)
    return actor.getSnapshot().value
  }
  return { actor, clock, facts, send }
}

const connected: ConnectionEvent = { type: 'driver.connected' }
const checkout = (at = 0): ConnectionEvent => ({ type: 'checkout', request, at })
const release = (at = 0): ConnectionEvent => ({ type: 'release', at })

describe('a deadline', () => {
  const waits: [string, keyof ConnectionPolicy, ConnectionEvent[], boolean][] = [
    ['a connect', 'connectTimeout', [], false],
    ['a validation before it is lent', 'validateTimeout', [connected, checkout(51)], false],
    ['a keepalive', 'validateTimeout', [connected, { type: 'validate' }], false],
    ['a reset', 'resetTimeout', [connected, checkout(), release()], true],
    ['a goodbye', 'closeTimeout', [connected, { type: 'retire', reason: 'resized' }], false],
  ]

  it.each(waits)('ends %s after %s, and not a moment sooner', async (_what, limit, events, needsReset) => {
    const { actor, clock, send } = connection({}, needsReset)
    send(...events)
    await clock.advance(policy[limit] - 1)
    expect(actor.getSnapshot().status).toBe('active')
    await clock.advance(1)
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', value: 'closed' })
    expect(clock.pending).toBe(0)
  })

  it.each(waits)('of Infinity never ends %s', async (_what, limit, events, needsReset) => {
    const { actor, clock, send } = connection({ [limit]: never }, needsReset)
    send(...events)
    await clock.advance(1e12)
    expect(actor.getSnapshot().status).toBe('active')
  })

  it('does not run while it is idle or lent', async () => {
    const { clock, send } = connection()
    expect([send(connected), clock.pending]).toEqual(['idle', 0])
    expect([send(checkout()), clock.pending]).toEqual([{ busy: 'lent' }, 0])
    expect([send({ type: 'retire', reason: 'resized' }), clock.pending]).toEqual([{ busy: 'retiring' }, 0])
  })
})

describe('its facts decide', () => {
  it('whether it must prove itself before it is lent', () => {
    expect(connection().send(connected, checkout(50))).toEqual({ busy: 'lent' })
    expect(connection().send(connected, checkout(51))).toEqual({ validating: 'checkout' })
  })

  it('whether it is kept when it comes back', () => {
    const { facts, send } = connection()
    expect(send(connected, checkout(), release(9_999))).toBe('idle')
    send(checkout())
    facts.uses = 3
    expect(send(release())).toEqual({ closing: 'graceful' })
    expect(facts.ending).toEqual({ reason: 'max uses', error: undefined })
    expect(connection().send(connected, checkout(), release(10_000))).toEqual({ closing: 'graceful' })
  })

  it('and tell in the end why it was closed, the first reason standing', () => {
    const error = new Error('hung up')
    const { actor, facts, send } = connection()
    send(connected, checkout(), { type: 'retire', reason: 'max lifetime' }, release())
    expect(send({ type: 'driver.lost', error }, { type: 'destroy', error })).toBe('closed')
    expect(facts.ending).toEqual({ reason: 'max lifetime', error: undefined })
    expect(actor.getSnapshot().output).toBe(facts)
  })
})

describe('without an actor system around it', () => {
  it('it is lent, comes back and is lent again, and needs no reset', () => {
    const machine = createActor(connectionMachine, {
      clock: createSimulatedClock(),
      input: { ...connection().actor.getSnapshot().context },
    }).start()
    const states = [
      connected,
      checkout(),
      release(),
      checkout(51),
      { type: 'driver.validated' } as const,
    ].map(event => {
      machine.send(event)
      return machine.getSnapshot().value
    })
    expect(states).toEqual(['idle', { busy: 'lent' }, 'idle', { validating: 'checkout' }, { busy: 'lent' }])
  })
})

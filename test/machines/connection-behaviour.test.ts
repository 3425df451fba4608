// The connection's machine alone, in simulated time: its deadlines, to the millisecond, and what it decides by its facts.
import { describe, expect, it } from 'vitest'
import { type ActorRef, createActor, type Snapshot } from 'xstate'
import {
  type ConnectionEvent,
  type ConnectionFacts,
  type ConnectionPolicy,
  connectionMachine,
  type PoolEvent,
  type Request,
  type ReturnedSession,
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
  asks: false,
  undoes: false,
}
const request = { waits: true }
const nobody = {} as ActorRef<Snapshot<unknown>, PoolEvent>

function connection(changes: Partial<ConnectionPolicy> = {}, waiting: Request[] = []) {
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
    request: undefined,
  }
  const generation = { current: 1 }
  const queue = {
    open: true,
    get length() {
      return waiting.length
    },
    next: () => waiting.shift(),
  }
  const actor = createActor(connectionMachine, {
    clock,
    input: {
      pool: nobody,
      facts,
      policy: { ...policy, ...changes },
      generation,
      queue,
    },
  }).start()
  const send = (...events: ConnectionEvent[]) => {
    for (const event of events) actor.send(event)
    return actor.getSnapshot().value
  }
  return { actor, clock, facts, generation, queue, send }
}

const connected: ConnectionEvent = { type: 'driver.connected', at: 0 }
const validated = (at = 0): ConnectionEvent => ({ type: 'driver.validated', at })
const checkout = (at = 0): ConnectionEvent => ({ type: 'checkout', request, at })
const release = (at = 0, session: ReturnedSession = 'clean'): ConnectionEvent => ({
  type: 'release',
  at,
  session,
})

describe('a deadline', () => {
  const waits: [string, `${string}Timeout` & keyof ConnectionPolicy, ConnectionEvent[]][] = [
    ['a connect', 'connectTimeout', []],
    ['a validation before it is lent', 'validateTimeout', [connected, checkout(51)]],
    ['a keepalive', 'validateTimeout', [connected, { type: 'validate' }]],
    ['a reset', 'resetTimeout', [connected, checkout(), release(0, 'dirty')]],
    ['a goodbye', 'closeTimeout', [connected, { type: 'retire', reason: 'resized' }]],
  ]

  it.each(waits)('ends %s after %s, and not a moment sooner', async (_what, limit, events) => {
    const { actor, clock, send } = connection()
    send(...events)
    await clock.advance(policy[limit] - 1)
    expect(actor.getSnapshot().status).toBe('active')
    await clock.advance(1)
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', value: 'closed' })
    expect(clock.pending).toBe(0)
  })

  it.each(waits)(
    'of Infinity does not end %s for as long as a timer counts',
    async (_what, limit, events) => {
      const { actor, clock, send } = connection({ [limit]: never })
      send(...events)
      await clock.advance(2 ** 31 - 2)
      expect(actor.getSnapshot().status).toBe('active')
    },
  )

  it('does not run while it is idle or lent', async () => {
    const { clock, send } = connection()
    expect([send(connected), clock.pending]).toEqual(['idle', 0])
    expect([send(checkout()), clock.pending]).toEqual([{ busy: 'leased' }, 0])
    expect([send({ type: 'retire', reason: 'resized' }), clock.pending]).toEqual([{ busy: 'retiring' }, 0])
  })
})

describe('its facts decide', () => {
  it('whether it must prove itself before it is lent', () => {
    expect(connection().send(connected, checkout(50))).toEqual({ busy: 'leased' })
    expect(connection().send(connected, checkout(51))).toEqual({ validating: 'checkout' })
  })

  it('whether it is kept when it comes back', () => {
    const { facts, send } = connection()
    expect(send(connected, checkout(), release(9), checkout(9), release(9))).toBe('idle')
    expect(send(checkout(9), release(9))).toEqual({ closing: 'graceful' })
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
  const waiter = (): Request => ({ waits: true })

  it('it is leased, comes back and is leased again', () => {
    const { send } = connection()
    const states = [connected, checkout(), release(), checkout(51), validated(60)].map(event => send(event))
    expect(states).toEqual([
      'idle',
      { busy: 'leased' },
      'idle',
      { validating: 'checkout' },
      { busy: 'leased' },
    ])
  })

  it('it remembers when it was opened, used and proven, and how often', () => {
    const { facts, send } = connection()
    send({ type: 'driver.connected', at: 10 }, checkout(20), release(30), checkout(90), validated(95))
    expect(facts).toMatchObject({ openedAt: 10, idleSince: 30, provenAt: 95, provenIn: 1, uses: 2 })
  })

  it('it is reset when its borrower left something behind, and serves the next caller then', () => {
    const { facts, send } = connection({}, [waiter()])
    expect(send(connected)).toEqual({ busy: 'leased' })
    expect(send(release(5, 'dirty'))).toEqual({ validating: { return: 'staying' } })
    expect(send({ type: 'driver.resetDone', at: 7 })).toBe('idle')
    expect(facts).toMatchObject({ idleSince: 7, provenAt: 7 })
  })

  it.each([
    ['ended', 'ended by its holder'],
    ['unknown', 'crashed'],
  ] as const)('it closes when its session comes back %s', (session, reason) => {
    const { actor, facts, send } = connection()
    expect(send(connected, checkout(), release(0, session))).toBe('closed')
    expect(actor.getSnapshot().status).toBe('done')
    expect(facts.ending).toMatchObject({ reason })
  })

  it('it takes the next caller who waits, and none of a paused pool', () => {
    const { queue, send } = connection({}, [waiter(), waiter()])
    expect(send(connected)).toEqual({ busy: 'leased' })
    expect(send(release())).toEqual({ busy: 'leased' })
    expect([queue.length, send(release())]).toEqual([0, 'idle'])

    const paused = connection()
    paused.send(connected, checkout(51))
    paused.queue.open = false
    expect(paused.send(validated())).toBe('idle')
  })

  it('it proves itself before it serves a caller who waits, once another one was found dead', () => {
    const { generation, send } = connection({}, [waiter(), waiter()])
    send(connected)
    generation.current = 2
    expect(send(release())).toEqual({ validating: 'checkout' })
    expect(send(validated())).toEqual({ busy: 'leased' })
  })

  it('it stays idle for a caller who gave up on the way to it', () => {
    const { facts, send } = connection()
    expect(send(connected, { type: 'checkout', request: { waits: false }, at: 0 })).toBe('idle')
    expect(facts.uses).toBe(0)
  })

  it('it goes back to idle when the caller gives up while it is validated', () => {
    const { send } = connection()
    const request = { waits: true }
    send(connected, { type: 'checkout', request, at: 51 })
    request.waits = false
    expect(send(validated())).toBe('idle')
  })
})

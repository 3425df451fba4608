// The pool's machine alone, in simulated time: how it backs off, and how long it waits for leases.
import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { type ConnectionFacts, type PoolEvent, poolMachine } from '../../src/machines/index.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

/** A pool that keeps one connection, if not told otherwise, and whose connections are only numbers. */
function pool({ whenDown = 'wait', min = 1 }: { whenDown?: 'wait' | 'fail'; min?: number } = {}) {
  const clock = createSimulatedClock()
  const roster = { total: 0, connecting: 0, established: 0, idle: 0, wasUp: false, served: 0, triedFor: 0 }
  const open = () => {
    roster.total++
    roster.connecting++
  }
  const fail = () => {
    roster.connecting--
  }
  const machine = poolMachine.provide({
    actions: {
      grow: () => {
        if (roster.total === 0) open()
      },
      probe: open,
      noteReady: () => {
        roster.connecting--
        roster.established++
      },
      noteFailed: fail,
      discard: fail,
      forget: () => {
        roster.total--
      },
      retireAll: () => {},
    },
  })
  const actor = createActor(machine, {
    clock,
    input: {
      name: 'pool',
      size: { min, max: 1 },
      maxWaiting: 0,
      whenDown,
      roster,
      queue: { length: 0, newest: 0, open: true },
      world: { now: () => clock.now(), random: () => 0 },
    },
  }).start()
  const send = (...events: PoolEvent[]) => {
    for (const event of events) actor.send(event)
  }
  return { actor, clock, roster, send, value: () => actor.getSnapshot().value }
}

const connection = {} as ConnectionFacts
const error = new Error('refused')
const acquire: PoolEvent = { type: 'acquire', at: 0, timeout: 1_000, waits: true }
const failed: PoolEvent = { type: 'connection.failed', connection, error }
const ready: PoolEvent = { type: 'connection.ready', connection }
const ended = { actorId: 'connection-1', output: connection } as const
const done: PoolEvent = { type: 'xstate.done.actor.connection-1', ...ended }
const crashed: PoolEvent = { type: 'xstate.error.actor.connection-1', actorId: 'connection-1', error }

describe('a pool whose connects fail', () => {
  it('waits for twice as long each time, and tries one at a time', async () => {
    const { clock, roster, send, value } = pool()
    for (const delay of [50, 100, 200, 400]) {
      send(failed, done)
      expect([value(), roster.total]).toEqual([{ backingOff: 'waiting' }, 0])
      await clock.advance(delay - 1)
      expect(value()).toEqual({ backingOff: 'waiting' })
      await clock.advance(1)
      expect([value(), roster.connecting]).toEqual([{ backingOff: 'probing' }, 1])
    }
  })

  it('forgets the error once one succeeded, but not how long it went on, until that has lasted', async () => {
    const { actor, clock, roster, send, value } = pool()
    send(failed, done)
    await clock.advance(50)
    expect(actor.getSnapshot().context).toMatchObject({ failures: 1, lastConnectError: error })
    send(ready)
    expect(value()).toBe('running')
    expect(actor.getSnapshot().context).toMatchObject({ failures: 1, lastConnectError: undefined })
    roster.established = 0
    send(done)
    expect(roster.connecting).toBe(1)
    send(failed)
    expect(actor.getSnapshot().context).toMatchObject({ failures: 2, backoff: 100 })
  })

  it.each([
    ['crashed', crashed],
    ['was called off', { type: 'connection.closing', connection } as const],
  ])('tries again after a probe that %s', async (_how, event) => {
    const { clock, roster, send, value } = pool()
    send(failed, done)
    await clock.advance(50)
    if (event.type === 'connection.closing') {
      roster.connecting = roster.total = 0
    }
    send(event)
    expect(value()).toEqual({ backingOff: 'waiting' })
    await clock.advance(50)
    expect([value(), roster.connecting]).toEqual([{ backingOff: 'probing' }, 1])
  })
})

describe('a connection that ends', () => {
  /** One that was opened at the start. */
  const end = (facts: Partial<ConnectionFacts>): PoolEvent => ({
    ...done,
    output: { ...connection, openedAt: 0, uses: 0, ending: { reason: 'lost', error }, ...facts },
  })

  it.each([
    ['lost at once', {}, 0, 1],
    ['lost after a second', {}, 1_001, 0],
    ['lost after it was of use', { uses: 1 }, 0, 0],
    ['closed for its age', { ending: { reason: 'max lifetime' } as const }, 0, 0],
  ])('was opened in vain or not: %s', async (_what, facts, time, times) => {
    const { actor, clock, send } = pool()
    send(ready)
    await clock.advance(time)
    send(end(facts))
    expect(actor.getSnapshot().context.stillborn).toBe(times)
  })

  it('too often in vain is a failure to connect: the pool backs off, and is not persuaded by one more that opens', async () => {
    const { actor, clock, roster, send, value } = pool()
    send(ready, end({}))
    expect(value()).toBe('running')
    send(ready, end({}))
    expect(value()).toEqual({ backingOff: 'waiting' })
    expect(actor.getSnapshot().context).toMatchObject({ failures: 1, lastConnectError: error })
    roster.connecting++
    send(ready)
    expect(value()).toEqual({ backingOff: 'waiting' })
    await clock.advance(50)
    expect(value()).not.toEqual({ backingOff: 'waiting' })
  })
})

describe("a pool whose connects fail, with whenDown: 'fail'", () => {
  /** It has failed so often that it backs off for fifteen seconds. */
  async function tired() {
    const parts = pool({ whenDown: 'fail' })
    parts.send(failed, done)
    for (let failures = 1; failures < 10; failures++) {
      await parts.clock.advance(parts.actor.getSnapshot().context.backoff)
      parts.send(failed, done)
    }
    expect(parts.actor.getSnapshot().context.backoff).toBe(15_000)
    return parts
  }

  it('tries again half a second after a caller came, however many come after', async () => {
    const { clock, roster, send, value } = await tired()
    await clock.advance(1_000)
    send(acquire)
    expect(value()).toEqual({ backingOff: 'urged' })
    for (let time = 0; time < 499; time++) {
      send(acquire)
      await clock.advance(1)
    }
    expect([value(), roster.connecting]).toEqual([{ backingOff: 'urged' }, 0])
    await clock.advance(1)
    expect([value(), roster.connecting]).toEqual([{ backingOff: 'probing' }, 1])
    send(acquire)
    expect([value(), roster.connecting]).toEqual([{ backingOff: 'probing' }, 1])
  })

  it('goes on backing off after that, until the next caller comes', async () => {
    const { clock, send, value } = await tired()
    send(acquire)
    await clock.advance(500)
    send(failed, done)
    await clock.advance(14_999)
    expect(value()).toEqual({ backingOff: 'waiting' })
    await clock.advance(1)
    expect(value()).toEqual({ backingOff: 'probing' })
  })

  it('waits until there is room for a connection: one that is being closed counts', async () => {
    const { clock, roster, send, value } = await tired()
    roster.total = 1
    send(acquire)
    await clock.advance(500)
    expect([value(), roster.connecting]).toEqual([{ backingOff: 'waiting' }, 0])
  })

  it('tries again although no caller comes, as long as no connection is left', async () => {
    const { clock, roster, send, value } = pool({ whenDown: 'fail', min: 0 })
    send(failed, done)
    await clock.advance(50)
    expect([value(), roster.connecting]).toEqual([{ backingOff: 'probing' }, 1])
  })

  it('counts on where it stopped if the next failure comes soon after a back-off in which nobody came', async () => {
    const { actor, clock, roster, send, value } = pool({ whenDown: 'fail', min: 0 })
    roster.established = 1
    send(failed, done)
    await clock.advance(50)
    expect(value()).toBe('running')
    expect(actor.getSnapshot().context).toMatchObject({ failures: 1, lastConnectError: undefined })
    send(failed, done)
    expect(actor.getSnapshot().context).toMatchObject({ failures: 2, backoff: 100 })
  })
})

describe('a pool that is paused', () => {
  it('closes its queue to connections, and remembers since when', async () => {
    const { actor, clock, send, value } = pool()
    const { queue } = actor.getSnapshot().context
    await clock.advance(30)
    send({ type: 'pause' })
    await clock.advance(30)
    send({ type: 'pause' })
    expect([value(), queue.open, actor.getSnapshot().context.enteredAt]).toEqual(['paused', false, 30])
  })

  it.each<PoolEvent>([{ type: 'resume' }, { type: 'close', timeout: 1_000, at: 0 }])(
    'opens it again with $type',
    event => {
      const { actor, send } = pool()
      send({ type: 'pause' }, event)
      expect(actor.getSnapshot().context.queue.open).toBe(true)
    },
  )
})

describe('a pool that closes', () => {
  const closing = (timeout: number) => {
    const parts = pool()
    parts.send(ready, { type: 'close', timeout, at: 0 })
    return parts
  }

  it('waits for leases for as long as it was told, and then destroys them', async () => {
    const { clock, value } = closing(1_000)
    await clock.advance(999)
    expect(value()).toEqual({ draining: 'waiting' })
    await clock.advance(1)
    expect(value()).toEqual({ draining: 'destroying' })
  })

  it('does not start to wait anew when it is told again', async () => {
    const { clock, send, value } = closing(1_000)
    await clock.advance(600)
    send({ type: 'close', timeout: 1_000, at: 0 })
    await clock.advance(400)
    expect(value()).toEqual({ draining: 'destroying' })
  })

  it('is closed as soon as the last connection is', () => {
    const { clock, send, value } = closing(Number.POSITIVE_INFINITY)
    send(done)
    expect([value(), clock.pending]).toEqual(['closed', 0])
  })
})

// The models' events, done to real pools on a real PostgreSQL; and what must then be seen, on the server too.
import { expect } from 'vitest'
import type { AnyActorRef, AnyMachineSnapshot } from 'xstate'
import { connectionMachine } from '../../src/machines/index.js'
import type { PoolFigures } from '../../src/testing/index.js'
import { type Execution, leafName, leavesOf, poolModelSizes } from '../../src/testing/index.js'
import { until } from '../support/until.js'
import { type Server, SystemOnPostgres } from './system-on-postgres.js'

export interface ExecutionOnPostgres extends Execution {
  /** Ends the pool; to be called after the path, however that ended. */
  finish(): Promise<void>
}

const limits = {
  connectTimeout: 1_000,
  validateAfter: 500,
  validateTimeout: 1_000,
  resetTimeout: 1_000,
  closeTimeout: 1_000,
  keepalive: 10_000,
  idleTimeout: 5_000,
  maxLifetime: 50_000,
  maxUses: 2,
}
/** Shorter than a validation may take, and than a goodbye may take. */
const shortWhile = 500

/** Starts a pool that opens its only connection at once. Nothing is sent to the server before an event says so. */
export function executeConnectionOnPostgres(server: Server): ExecutionOnPostgres {
  const system = new SystemOnPostgres(server, ['connect', 'validate', 'reset', 'close'], {
    min: 1,
    max: 1,
    ...limits,
  })
  const { pool } = system
  const connection = system.children['connection-1'] as AnyActorRef
  const state = () => leafName(connection.getSnapshot().value)
  const leave = async (step: number) => {
    const before = state()
    await system.waitUntil(() => state() !== before, step)
  }
  const doing = (action: () => void) => async () => {
    action()
    await system.settle()
  }
  /** Done when the server's answer, or its silence, has reached the connection. */
  const untilLeft = (action: () => unknown) => async () => {
    const before = state()
    await action()
    await until(() => state() !== before, `the connection leaves ${before}`)
    await system.settle()
  }
  const lease = () => {
    const [first] = system.leases
    if (first === undefined) throw new Error('Nobody holds a lease.')
    return first
  }

  return {
    finish: () => system.finish(),
    events: {
      acquire: doing(() => system.acquire()),
      'acquire after a while': async () => {
        await system.clock.advance(limits.validateAfter + 1)
        system.acquire(shortWhile)
        await system.settle()
      },
      'caller gives up': doing(() => system.giveUp()),
      'caller times out': async () => {
        const before = pool.stats().timedOut
        await system.waitUntil(() => pool.stats().timedOut > before, 100)
      },
      'release clean': async () => {
        const { rows } = await lease().connection.query('SELECT 42 AS answer')
        expect(rows).toEqual([{ answer: 42 }])
        lease().release()
        await system.settle()
      },
      'release dirty': async () => {
        await lease().connection.query('BEGIN')
        lease().release()
        await system.settle()
      },
      'destroy the lease': doing(() => lease().destroy(new Error('unfit'))),
      'connect succeeds': untilLeft(() => system.answer('connect')),
      'connect fails': untilLeft(() => system.answer('connect', 'fail')),
      'connect times out': () => leave(100),
      'validation succeeds': untilLeft(() => system.answer('validate')),
      'validation times out': () => leave(100),
      'reset succeeds': untilLeft(() => system.answer('reset')),
      'reset times out': () => leave(100),
      'goodbye is answered': untilLeft(() => system.answer('close')),
      'goodbye times out': () => leave(100),
      'the connection is lost': untilLeft(() => system.terminate(system.clients[0])),
      'the keepalive is due': () => leave(500),
      'it was idle for too long': async () => {
        pool.resize({ min: 0, max: 1 })
        await leave(500)
      },
      'it is too old': async () => {
        system.holds.delete('validate') // keepalives, while it grows old
        while (!['closing.graceful', 'busy.retiring'].includes(state())) {
          await system.clock.advance(500)
          await until(() => pool.stats().validating === 0, 'the keepalive is answered')
        }
        system.holds.add('validate')
      },
      'the pool closes': doing(() => system.close(shortWhile)),
      'the drain time is up': () => leave(100),
      'the operator destroys it': doing(() => connection.send({ type: 'destroy' })),
      'late answers arrive': doing(() => system.answerAll()),
    },
    states: leavesOf(connectionMachine),
    check: async (model: AnyMachineSnapshot) => {
      const { waiting, awaited, poolCloses } = model.context
      expect(state()).toBe(leafName(model.value))
      expect(system.waiting.length, 'callers who wait').toBe(waiting + Number(awaited))
      expect(system.leases.length, 'leases that are out').toBe(Number(model.matches('busy')))
      expect(poolCloses).toBe(['draining', 'closed'].includes(pool.stats().state))
      if (model.matches('closed')) {
        expect(connection.getSnapshot().status).toBe('done')
        expect(Object.values(system.children)).not.toContain(connection)
        if (poolCloses) expect(system.closed).toBe(true)
      }
      await system.expectConsistent()
      if (model.matches('idle') || model.matches({ busy: 'lent' }))
        expect(await system.statesOnServer(), 'nothing is left of the last borrower').toEqual(['idle'])
      expect(state(), 'after the server was asked').toBe(leafName(model.value))
    },
  }
}

const acquireTimeout = 10_000

/** Starts a pool that opens its two connections at once. The server is asked for everything but connects without delay. */
export function executePoolOnPostgres(server: Server): ExecutionOnPostgres {
  const system = new SystemOnPostgres(server, ['connect'], {
    min: 2,
    max: 2,
    maxWaiting: 0,
    connectTimeout: Number.POSITIVE_INFINITY,
    validateAfter: 0,
    keepalive: false,
    idleTimeout: 60_000,
    maxLifetime: Number.POSITIVE_INFINITY,
  })
  const { pool } = system
  const state = () => leafName(pool.actor.getSnapshot().value)
  /** Everything that the server was asked is answered. */
  const rest = async () => {
    await system.settle()
    await until(() => pool.stats().validating + pool.stats().closing === 0, 'the server has answered')
    await system.settle()
  }
  const doing = (action: () => unknown) => async () => {
    await action()
    await rest()
  }
  const leaseIn = (wanted: 'busy.lent' | 'busy.retiring') => {
    const found = system.leases.find(
      ({ connectionId }) => leafName(system.children[connectionId]?.getSnapshot().value) === wanted,
    )
    if (found === undefined) throw new Error(`No lease of a connection that is ${wanted}.`)
    return found
  }
  const lose = (wanted: 'busy.lent' | 'busy.retiring') =>
    doing(async () => {
      const lease = leaseIn(wanted)
      await system.terminate(lease.connection)
      await until(() => !lease.held, 'the lease has ended')
    })
  const connect = (answer: 'succeed' | 'fail') =>
    doing(async () => {
      const answered = () => pool.stats().opened + pool.stats().failedConnects
      const before = answered()
      system.answer('connect', answer)
      await until(() => answered() > before, 'the connect has ended')
    })
  const resize = (name: keyof typeof poolModelSizes) =>
    doing(() => pool.resize({ min: poolModelSizes[name][0], max: poolModelSizes[name][1] }))

  return {
    finish: () => system.finish(),
    events: {
      acquire: doing(() => system.acquire(acquireTimeout)),
      'a caller gives up': doing(() => system.giveUp()),
      'the callers time out': doing(() => system.clock.advance(acquireTimeout)),
      'a connect succeeds': connect('succeed'),
      'a connect fails': connect('fail'),
      'the back-off is over': () => system.waitUntil(() => state() !== 'backingOff.waiting', 10),
      release: doing(() => leaseIn('busy.lent').release()),
      'release one that retires': doing(() => leaseIn('busy.retiring').release()),
      'a lease is destroyed': doing(() => leaseIn('busy.lent').destroy()),
      'a lent one is lost': lose('busy.lent'),
      'one that retires is lost': lose('busy.retiring'),
      'an idle one is lost': doing(async () => {
        const before = pool.stats().lost
        await system.terminate(system.idleClients[0])
        await until(() => pool.stats().lost > before, 'the pool has heard of it')
      }),
      'idle for too long': async () => {
        while (pool.stats().idle > 0) {
          await system.clock.advance(1_000)
          await rest()
        }
      },
      'resize to two': resize('resize to two'),
      'resize to none or two': resize('resize to none or two'),
      'resize to none or one': resize('resize to none or one'),
      close: doing(() => system.close(5_000)),
      'acquire and close at once': doing(() => {
        system.acquire(acquireTimeout)
        system.close(5_000)
      }),
      'the drain time is up': () => system.waitUntil(() => system.closed, 500),
    },
    states: ['starting', 'running', 'backingOff.waiting', 'backingOff.probing', 'draining.waiting', 'closed'],
    check: async (model: AnyMachineSnapshot) => {
      const { min, max, opening, idle, lent, retiring, line } = model.context as PoolFigures
      expect(state()).toBe(leafName(model.value))
      const count = (name: string) => system.connectionStates.filter(each => each === name).length
      expect({
        connecting: count('connecting'),
        idle: count('idle'),
        lent: count('busy.lent'),
        retiring: count('busy.retiring'),
        waiting: pool.stats().waiting,
      }).toEqual({ connecting: opening, idle, lent, retiring, waiting: line })
      expect(system.closed).toBe(state() === 'closed')
      if (state() !== 'closed' && state() !== 'draining.waiting')
        expect(pool.stats()).toMatchObject({ min, max })
      await system.expectConsistent()
    },
  }
}

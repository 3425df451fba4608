// The pool model's events, done to a real pool of two on any driver; and what must then be seen.

import assert from 'node:assert/strict'
import type { AnyMachineSnapshot } from 'xstate'
import type { Lease } from '../../index.js'
import type { PoolFigures } from './pool-figures.js'
import { poolModelSizes } from './pool-model.js'
import { leafName } from './state-names.js'
import { stateOf, type WalkExecution, type WalkedDriver, WalkOf, type WalkOptions } from './walk-of.js'
import { WalkedHooks } from './walked-hooks.js'

const acquireTimeout = 10_000

/** Starts a pool that opens its two connections at once. The server is asked for everything but connects without delay. */
export function poolWalk<C>(subject: WalkedDriver<C>, options: WalkOptions): WalkExecution {
  const hooks = new WalkedHooks()
  const walk = new WalkOf(
    subject,
    ['connect', 'let go'],
    {
      min: 2,
      max: 2,
      maxWaiting: 0,
      connectTimeout: Number.POSITIVE_INFINITY,
      validateAfter: 0,
      keepalive: false,
      idleTimeout: 60_000,
      maxLifetime: Number.POSITIVE_INFINITY,
      ...hooks.options(options.hooks ?? []),
    },
    options,
  )
  const { driver, system } = walk
  const { pool } = system
  const state = () => stateOf(pool.actor)

  /** Everything that the server was asked is answered. */
  const rest = () => {
    const isAtRest = () => pool.stats().validating + pool.stats().closing === 0
    return walk.until(isAtRest, 'the server has answered')
  }
  const doing = (action: () => unknown) => async () => {
    await action()
    await rest()
  }
  const leaseIn = (wanted: 'busy.leased' | 'busy.retiring'): Lease<C> => {
    const found = system.leases.find(({ connectionId }) => stateOf(walk.connection(connectionId)) === wanted)
    if (found === undefined) throw new Error(`No lease of a connection that is ${wanted}.`)
    return found
  }
  const acquireNow = () => system.acquire(acquireTimeout)
  const connect = (answer: 'succeed' | 'fail') =>
    doing(() => {
      const answered = () => pool.stats().opened + pool.stats().failedConnects
      const before = answered()
      driver.answer('connect', answer)
      return walk.until(() => answered() > before, 'the connect has ended')
    })
  const crash = (lease = leaseIn('busy.leased')) => {
    driver.dirty = new Error('walk: the driver has a bug')
    lease.release()
    driver.dirty = false
  }
  const resize = (name: keyof typeof poolModelSizes) =>
    doing(() => system.resize(poolModelSizes[name][0], poolModelSizes[name][1]))
  /** One of two leases is destroyed; while its connection is replaced, from within the driver's `connect`, this happens. */
  const insideConnect = (action: (lose: () => void) => void) =>
    doing(() => {
      driver.insideNextConnect = action
      leaseIn('busy.leased').destroy()
    })

  return {
    finish: () => walk.finish(),
    events: {
      acquire: doing(acquireNow),
      'acquire an unfit one': doing(() => {
        driver.failsNext = 'validate'
        acquireNow()
      }),
      'acquire one that onLend refuses': doing(() => {
        hooks.lends.push('refuses')
        acquireNow()
      }),
      'acquire, and onLend throws twice': doing(() => {
        hooks.lends.push('throws', 'throws')
        acquireNow()
      }),
      'a caller gives up': doing(() => system.giveUp()),
      'the callers time out': doing(() => system.clock.advance(acquireTimeout)),
      'a connect succeeds': connect('succeed'),
      'a connect fails': connect('fail'),
      'the back-off is over': () => system.passUntil(() => state() !== 'backingOff.waiting', 10),
      release: doing(() => leaseIn('busy.leased').release()),
      'release one that retires': doing(() => leaseIn('busy.retiring').release()),
      'release and crash': doing(() => crash()),
      'a lease is destroyed': doing(() => leaseIn('busy.leased').destroy()),
      'a leased one is lost': doing(() => walk.kill(leaseIn('busy.leased').connection)),
      'one that retires is lost': doing(() => walk.kill(leaseIn('busy.retiring').connection)),
      'an idle one is lost': doing(() => {
        const leased = system.leases.map(({ connection }) => connection)
        const idle = driver.open.find(connection => !leased.includes(connection))
        if (idle === undefined) throw new Error('No connection is idle.')
        return walk.kill(idle)
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
      // By message: a pool that is closing refuses the calls.
      pause: doing(() => pool.actor.send({ type: 'pause' })),
      resume: doing(() => pool.actor.send({ type: 'resume' })),
      evict: doing(() => pool.actor.send({ type: 'evict' })),
      close: doing(() => system.close(5_000)),
      'acquire and close at once': doing(() => {
        acquireNow()
        system.close(5_000)
      }),
      'the drain time is up': () => system.passUntil(() => system.closed, 500),
      'inside a connect: released and lost': insideConnect(() => {
        const lease = leaseIn('busy.leased')
        const { connection } = lease
        acquireNow()
        lease.release()
        driver.loseNow(connection)
      }),
      'inside a connect: released and retired by hand': insideConnect(() => {
        const lease = leaseIn('busy.leased')
        acquireNow()
        lease.release()
        walk.connection(lease.connectionId).send({ type: 'retire', reason: 'destroyed' })
      }),
      'inside a connect: closed, and released in a crash': insideConnect(() => {
        system.close(5_000)
        crash()
      }),
      'inside a connect: everything at once': insideConnect(lose => {
        acquireNow()
        system.close(5_000)
        system.giveUp()
        system.resize(0, 2)
        leaseIn('busy.leased').release()
        lose()
      }),
    },
    check: async (model: AnyMachineSnapshot) => {
      const { min, max, opening, idle, leased, retiring, queue } = model.context as PoolFigures
      const states = system.connectionStates
      const count = (name: string) => states.filter(each => each === name).length
      const stats = pool.stats()
      const isOpen = state() !== 'closed' && state() !== 'draining.waiting'
      assert.deepEqual(
        {
          state: state(),
          stated: stats.state,
          closed: system.closed,
          connecting: count('connecting'),
          idle: count('idle'),
          leased: count('busy.leased'),
          retiring: count('busy.retiring'),
          waiting: stats.waiting,
          ...(isOpen && { min: stats.min, max: stats.max }),
        },
        {
          state: leafName(model.value),
          stated: state().split('.')[0],
          closed: state() === 'closed',
          connecting: opening,
          idle,
          leased,
          retiring,
          waiting: queue,
          ...(isOpen && { min, max }),
        },
      )
      await walk.check()
    },
  }
}

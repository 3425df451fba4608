// The pool model's events, done to a real pool of two; and what must then be seen.
import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate'
import type { PoolFigures } from '../../src/testing/index.js'
import { type Execution, leafName, poolModelSizes } from '../../src/testing/index.js'
import { agree } from '../support/agree.js'
import { RunningSystem } from './running-system.js'

const acquireTimeout = 10_000

/** Starts a pool that opens its two connections at once. Validation passes and goodbyes are answered, unless an event says otherwise. */
export function executePool(inspect?: (event: InspectionEvent) => void): Execution {
  const system = new RunningSystem(
    {
      min: 2,
      max: 2,
      maxWaiting: 0,
      connectTimeout: Number.POSITIVE_INFINITY,
      validateAfter: 0,
      keepalive: false,
      idleTimeout: 60_000,
      maxLifetime: Number.POSITIVE_INFINITY,
    },
    inspect,
  )
  const { driver, pool } = system
  driver.atOnce.set('validate', 'succeed').set('close', 'succeed')

  const doing = (action: () => void) => async () => {
    action()
    await system.settle()
  }
  const childOf = (id: string): AnyActorRef => {
    const children: Record<string, AnyActorRef | undefined> = pool.actor.getSnapshot().children
    return children[id] as AnyActorRef
  }
  const leaseIn = (state: 'busy.lent' | 'busy.retiring') => {
    const found = system.leases.find(
      ({ connectionId }) => leafName(childOf(connectionId).getSnapshot().value) === state,
    )
    if (found === undefined) throw new Error(`No lease of a connection that is ${state}.`)
    return found
  }
  const acquireNow = () => system.acquire(acquireTimeout)
  const acquireUnfit = async () => {
    const known = driver.calls.length
    driver.atOnce.delete('validate')
    acquireNow()
    driver.atOnce.set('validate', 'succeed')
    driver.calls[known]?.fail()
    await system.settle()
  }
  const loseIdle = doing(() => {
    const idle = driver.openConnections.filter(
      number => !system.leases.some(lease => lease.connection.number === number),
    )
    driver.lose(idle[0] ?? Number.NaN)
  })
  const crash = (lease = leaseIn('busy.lent')) => {
    driver.needsResetAnswer = new Error('scripted: the driver has a bug')
    lease.release()
    driver.needsResetAnswer = false
  }
  const resize = (name: keyof typeof poolModelSizes) =>
    doing(() => system.resize(poolModelSizes[name][0], poolModelSizes[name][1]))
  /** One of two leases is destroyed; while its connection is replaced, from within the driver's `connect`, this happens. */
  const insideConnect = (action: (lose: () => void) => void) =>
    doing(() => {
      driver.insideNextConnect = action
      leaseIn('busy.lent').destroy()
    })

  return {
    events: {
      acquire: doing(acquireNow),
      'acquire an unfit one': acquireUnfit,
      'a caller gives up': doing(() => system.giveUp()),
      'the callers time out': () => system.clock.advance(acquireTimeout),
      'a connect succeeds': () => system.answer('connect', 'succeed'),
      'a connect fails': () => system.answer('connect', 'fail'),
      'the back-off is over': () =>
        system.waitUntil(() => leafName(pool.actor.getSnapshot().value) !== 'backingOff.waiting', 10),
      release: doing(() => leaseIn('busy.lent').release()),
      'release one that retires': doing(() => leaseIn('busy.retiring').release()),
      'release and crash': doing(() => crash()),
      'a lease is destroyed': doing(() => leaseIn('busy.lent').destroy()),
      'a lent one is lost': doing(() => driver.lose(leaseIn('busy.lent').connection.number)),
      'an idle one is lost': loseIdle,
      'one that retires is lost': doing(() => driver.lose(leaseIn('busy.retiring').connection.number)),
      'idle for too long': () => system.waitUntil(() => pool.stats().idle === 0, 1_000),
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
      'the drain time is up': () => system.waitUntil(() => system.closed, 500),
      'inside a connect: released and lost': insideConnect(() => {
        const lease = leaseIn('busy.lent')
        const { number } = lease.connection
        acquireNow()
        lease.release()
        driver.lose(number)
      }),
      'inside a connect: released and retired by hand': insideConnect(() => {
        const lease = leaseIn('busy.lent')
        acquireNow()
        lease.release()
        childOf(lease.connectionId).send({ type: 'retire', reason: 'destroyed' })
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
        leaseIn('busy.lent').release()
        lose()
      }),
    },
    states: [
      'starting',
      'running',
      'backingOff.waiting',
      'backingOff.probing',
      'paused',
      'draining.waiting',
      'closed',
    ],
    check: (model: AnyMachineSnapshot) => {
      const { min, max, opening, idle, lent, retiring, line } = model.context as PoolFigures
      const state = leafName(pool.actor.getSnapshot().value)
      const states = system.connectionStates
      const count = (name: string) => states.filter(each => each === name).length
      const stats = pool.stats()
      const isOpen = state !== 'closed' && state !== 'draining.waiting'
      agree(
        {
          state,
          stated: stats.state,
          total: stats.total,
          closed: system.closed,
          connecting: count('connecting'),
          idle: count('idle'),
          lent: count('busy.lent'),
          retiring: count('busy.retiring'),
          waiting: stats.waiting,
          ...(isOpen && { min: stats.min, max: stats.max }),
        },
        {
          state: leafName(model.value),
          stated: state.split('.')[0],
          total: states.length,
          closed: state === 'closed',
          connecting: opening,
          idle,
          lent,
          retiring,
          waiting: line,
          ...(isOpen && { min, max }),
        },
      )
      system.expectConsistent()
    },
  }
}

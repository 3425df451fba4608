// The connection model's events, done to a real pool of one; and what must then be seen.
import { expect } from 'vitest'
import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate'
import { connectionMachine } from '../../src/machines/index.js'
import { type Execution, leafName, leavesOf } from '../../src/testing/index.js'
import { agree } from '../support/agree.js'
import { RunningSystem } from './running-system.js'

const limits = {
  connectTimeout: 1_000,
  validateAfter: 500,
  validateTimeout: 1_000,
  resetTimeout: 1_000,
  closeTimeout: 1_000,
  keepalive: 10_000,
  idleTimeout: 5_000,
  maxLifetime: 200_000,
  maxUses: 2,
}
/** Shorter than a validation may take, and than a goodbye may take. */
const shortWhile = 500

/** Starts a pool that opens its only connection at once. */
export function executeConnection(inspect?: (event: InspectionEvent) => void): Execution {
  const system = new RunningSystem({ min: 1, max: 1, ...limits }, inspect)
  const { driver, pool } = system
  const children: Record<string, AnyActorRef | undefined> = pool.actor.getSnapshot().children
  const connection = children['connection-1'] as AnyActorRef
  const state = () => leafName(connection.getSnapshot().value)
  const leave = async (step: number) => {
    const before = state()
    await system.waitUntil(() => state() !== before, step)
  }
  const doing = (action: () => void) => async () => {
    action()
    await system.settle()
  }
  const release = (dirty: boolean) =>
    doing(() => {
      driver.needsResetAnswer = dirty
      system.lease.release()
    })

  return {
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
      'release clean': release(false),
      'release dirty': release(true),
      'release ended': doing(() => {
        driver.isUsableAnswer = false
        system.lease.release()
        driver.isUsableAnswer = true
      }),
      'destroy in the midst of a statement': doing(() => {
        driver.lingers = true
        system.lease.destroy(new Error('scripted: unfit'))
        driver.lingers = false
      }),
      'the server lets go': () => system.answer('let go', 'succeed'),
      'the server does not let go': async () => {
        await leave(100)
        await system.answer('let go', 'succeed') // too late, but the database's count is right again
      },
      'destroy the lease': doing(() => system.lease.destroy(new Error('scripted: unfit'))),
      'connect succeeds': () => system.answer('connect', 'succeed'),
      'connect fails': () => system.answer('connect', 'fail'),
      'connect times out': () => leave(100),
      'validation succeeds': () => system.answer('validate', 'succeed'),
      'validation fails': () => system.answer('validate', 'fail'),
      'validation times out': () => leave(100),
      'reset succeeds': () => system.answer('reset', 'succeed'),
      'reset fails': () => system.answer('reset', 'fail'),
      'reset times out': () => leave(100),
      'goodbye is answered': () => system.answer('close', 'succeed'),
      'goodbye fails': () => system.answer('close', 'fail'),
      'goodbye times out': () => leave(100),
      'the connection is lost': doing(() => driver.lose(1)),
      'the keepalive is due': () => leave(500),
      'it was idle for too long': async () => {
        system.resize(0, 1)
        await leave(500)
      },
      'it is too old': async () => {
        driver.atOnce.set('validate', 'succeed') // keepalives, while it grows old
        await system.waitUntil(() => ['closing.graceful', 'busy.retiring'].includes(state()), 1_000)
        driver.atOnce.clear()
      },
      'the pool closes': doing(() => system.close(shortWhile)),
      'the drain time is up': () => leave(100),
      'the operator destroys it': doing(() => connection.send({ type: 'destroy' })),
      'late answers arrive': doing(() => {
        for (const call of driver.calls) {
          if (call.number === 1 && call.pending) call.succeed()
        }
        driver.lose(1)
      }),
    },
    states: leavesOf(connectionMachine),
    check: (model: AnyMachineSnapshot) => {
      const { waiting, awaited, poolCloses } = model.context
      agree(
        {
          state: state(),
          'callers who wait': system.waiting.length,
          'leases that are out': system.leases.length,
          poolCloses: ['draining', 'closed'].includes(pool.stats().state),
        },
        {
          state: leafName(model.value),
          'callers who wait': waiting + Number(awaited),
          'leases that are out': Number(model.matches('busy')),
          poolCloses,
        },
      )
      if (model.matches('closed')) {
        expect(connection.getSnapshot().status).toBe('done')
        expect(Object.values(children)).not.toContain(connection)
        expect(driver.isOpen(1), 'the database still has it').toBe(false)
        if (poolCloses) expect(system.closed).toBe(true)
      }
      system.expectConsistent()
    },
  }
}

// The connection model's events, done to a real pool of one on any driver; and what must then be seen.

import assert from 'node:assert/strict'
import type { AnyMachineSnapshot } from 'xstate'
import { leafName } from './state-names.js'
import { stateOf, type WalkExecution, type WalkedDriver, WalkOf, type WalkOptions } from './walk-of.js'
import { WalkedHooks } from './walked-hooks.js'

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
/** Shorter than a validation may take, and than a graceful close may take. */
const shortWhile = 500

/** Starts a pool that opens its only connection at once. Nothing reaches the server before an event says so. */
export function connectionWalk<C>(subject: WalkedDriver<C>, options: WalkOptions): WalkExecution {
  const hooks = new WalkedHooks()
  const walk = new WalkOf(
    subject,
    ['connect', 'validate', 'reset', 'cancel', 'close', 'let go'],
    { min: 1, max: 1, ...limits, ...hooks.options(options.hooks ?? []) },
    options,
  )
  const { driver, system } = walk
  const { pool } = system
  const connection = walk.connection('connection-1')
  const state = () => stateOf(connection)
  const leave = async (step: number) => {
    const before = state()
    await system.passUntil(() => state() !== before, step)
  }
  const doing = (action: () => void) => async () => {
    action()
    await system.settle()
  }
  /** Done when the server's answer has reached the connection. */
  const answer = (question: Parameters<typeof driver.answer>[0], how: 'succeed' | 'fail') => async () => {
    const before = state()
    driver.answer(question, how)
    await walk.until(() => state() !== before, `the connection leaves ${before}`)
  }

  /** The reset waits for a request to cancel that is on its way. */
  const afterCancel = (how: 'succeed' | 'fail') => async () => {
    if (driver.awaits('cancel')) driver.answer('cancel', 'succeed')
    await walk.until(() => driver.awaits('reset'), 'the reset is asked for')
    await answer('reset', how)()
  }

  return {
    finish: () => walk.finish(),
    events: {
      acquire: doing(() => system.acquire()),
      'acquire after a while': async () => {
        await system.clock.advance(limits.validateAfter + 1)
        system.acquire(shortWhile)
        await system.settle()
      },
      'acquire, and onLend takes its time': doing(() => {
        hooks.lends.push('waits')
        system.acquire()
      }),
      'onLend accepts': doing(() => hooks.answerLend('accepts')),
      'onLend refuses': doing(() => hooks.answerLend('refuses')),
      'onLend throws': doing(() => hooks.answerLend('throws')),
      'onLend takes too long': () => leave(100),
      'caller gives up': doing(() => system.giveUp()),
      'caller times out': async () => {
        const before = pool.stats().timedOut
        await system.passUntil(() => pool.stats().timedOut > before, 100)
      },
      'statements share it': doing(() => system.lease.share()),
      'the signal aborts': doing(() => void system.lease.cancel()),
      'the cancel is answered': answer('cancel', 'succeed'),
      'the cancel fails': answer('cancel', 'fail'),
      'the cancel times out': () => leave(100),
      'release clean': async () => {
        await subject.succeed(system.lease.connection)
        system.lease.release()
        await system.settle()
      },
      'release dirty': async () => {
        await subject.begin(system.lease.connection)
        driver.dirty = true
        system.lease.release()
        driver.dirty = false
        await system.settle()
      },
      'release, and onReturn throws': async () => {
        await subject.succeed(system.lease.connection)
        hooks.throwsNext = 'onReturn'
        system.lease.release()
        await system.settle()
      },
      'release ended': doing(() => {
        driver.ended = true
        system.lease.release()
        driver.ended = false
      }),
      'destroy in the midst of a statement': doing(() => {
        driver.lingers = true
        system.lease.destroy(new Error('walk: unfit'))
        driver.lingers = false
      }),
      'the server lets go': answer('let go', 'succeed'),
      'the server does not let go': async () => {
        await leave(100)
        driver.answer('let go', 'succeed') // too late, but the server's count is right again
      },
      'destroy the lease': doing(() => system.lease.destroy(new Error('walk: unfit'))),
      'connect succeeds': answer('connect', 'succeed'),
      'connect succeeds, and onConnect throws': async () => {
        hooks.throwsNext = 'onConnect'
        await answer('connect', 'succeed')()
        await walk.until(() => state() !== 'closing.lingering', 'the server lets go') // a real one takes a moment
      },
      'connect succeeds, and onConnect throws in the midst of a statement': async () => {
        hooks.throwsNext = 'onConnect'
        driver.lingers = true
        await answer('connect', 'succeed')()
        driver.lingers = false
      },
      'connect fails': answer('connect', 'fail'),
      'connect times out': () => leave(100),
      'validation succeeds': answer('validate', 'succeed'),
      'validation fails': answer('validate', 'fail'),
      'validation times out': () => leave(100),
      'reset succeeds': afterCancel('succeed'),
      'reset fails': afterCancel('fail'),
      'reset times out': () => leave(100),
      'the close is answered': answer('close', 'succeed'),
      'the close fails': answer('close', 'fail'),
      'the close times out': () => leave(100),
      'the connection is lost': async () => {
        const [open] = driver.open
        if (open === undefined) driver.loseOpening()
        else await walk.kill(open)
        await system.settle()
      },
      'the keepalive is due': () => leave(500),
      'it was idle for too long': async () => {
        system.resize(0, 1)
        await leave(500)
      },
      'it is too old': async () => {
        driver.holds.delete('validate') // keepalives, while it grows old
        while (!['closing.graceful', 'busy.retiring'].includes(state())) {
          await system.clock.advance(1_000)
          await walk.until(() => pool.stats().validating === 0, 'the keepalive is answered')
        }
        driver.holds.add('validate')
      },
      'the pool closes': doing(() => system.close(shortWhile)),
      'the drain time is up': () => leave(100),
      'the operator destroys it': doing(() => connection.send({ type: 'destroy' })),
      'late answers arrive': doing(() => {
        hooks.answerLate()
        driver.lateNews()
      }),
    },
    check: async (model: AnyMachineSnapshot) => {
      const { waiting, awaited, poolCloses } = model.context
      assert.deepEqual(
        {
          state: state(),
          'callers who wait': system.waiting.length,
          'leases that are out': system.leases.length,
          'the pool closes': ['draining', 'closed'].includes(pool.stats().state),
        },
        {
          state: leafName(model.value),
          'callers who wait': waiting + Number(awaited),
          'leases that are out': Number(model.matches('busy')),
          'the pool closes': poolCloses,
        },
      )
      if (model.matches('closed')) {
        assert.equal(
          connection.getSnapshot().status,
          'done',
          'the status of an actor whose connection has ended',
        )
        assert.ok(!Object.values(system.connections).includes(connection), 'the pool still has it')
        if (poolCloses) assert.ok(system.closed, 'the pool is not closed')
      }
      await walk.check()
    },
  }
}

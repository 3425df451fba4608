// What the pool relies on from a driver's `connect`.

import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { aTurn, errorOf, type RuleOf } from './bench.js'

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

/** The rules for `connect`. */
export function connectRules<C>(): RuleOf<C>[] {
  return [
    {
      name: 'connect opens a connection that works and that the server counts',
      async check({ connect, subject }) {
        await subject.succeed(await connect())
        assert.equal(await subject.countOnServer(), 1, 'connections that the server counts')
      },
    },
    {
      name: 'connect rejects with the reason when its signal is aborted already, and opens nothing',
      async check({ subject }) {
        const reason = new Error('too late')
        const signal = AbortSignal.abort(reason)
        assert.equal(await errorOf(subject.driver.connect({ signal, onLost() {} }), 'connect'), reason)
        assert.equal(await subject.countOnServer(), 0, 'connections that the server counts')
      },
    },
    ...[0, 1, 2, 4, 8, 16].map(
      (turns): RuleOf<C> => ({
        name: `connect leaves nothing behind when aborted after ${turns} turns of the loop`,
        async check({ subject, nothingLeft }) {
          const { signal, abort } = aborter()
          const lost: unknown[] = []
          const outcome = subject.driver
            .connect({ signal, onLost: reason => lost.push(reason) })
            .then(connection => ({ connection }))
            .catch((error: unknown) => ({ error }))
          for (let i = 0; i < turns; i++) await aTurn()
          const reason = new Error('no longer wanted')
          abort(reason)
          const settled = await outcome
          if ('connection' in settled) subject.driver.destroy(settled.connection)
          else assert.equal(settled.error, reason, 'connect rejects with the reason of its signal')
          assert.equal(listeners(signal), 0, 'listeners left on the signal')
          await nothingLeft()
          assert.deepEqual(lost, [], 'calls of onLost for a connect that was aborted')
        },
      }),
    ),
    {
      name: 'connect gives up a server that never answers when aborted, at once and without a trace',
      async check({ subject, until }) {
        const hung = await subject.hung()
        try {
          const { signal, abort } = aborter()
          const reason = new Error('deadline')
          const outcome = errorOf(hung.driver.connect({ signal, onLost() {} }), 'connect')
          await until(async () => (await hung.countOnServer()) === 1, 'the hung server has accepted')
          abort(reason)
          assert.equal(await outcome, reason, 'connect rejects with the reason of its signal')
          await until(async () => (await hung.countOnServer()) === 0, 'the hung server counts no connection')
        } finally {
          await hung.stop()
        }
      },
    },
    {
      name: 'connect is done with its signal once it has connected',
      async check({ subject, keep }) {
        const { signal, abort } = aborter()
        const lost: unknown[] = []
        const connection = keep(await subject.driver.connect({ signal, onLost: reason => lost.push(reason) }))
        assert.equal(listeners(signal), 0, 'listeners left on the signal')
        abort(new Error('too late'))
        await subject.succeed(connection)
        assert.deepEqual(lost, [], 'calls of onLost')
      },
    },
  ]
}

function aborter(): { signal: AbortSignal; abort(reason: unknown): void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: reason => controller.abort(reason) }
}

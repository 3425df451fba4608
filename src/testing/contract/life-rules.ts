// What the pool relies on from a driver while a connection lives: validation, the news of its loss, the reset.

import assert from 'node:assert/strict'
import { aTurn, errorOf, type RuleOf } from './bench.js'

/** The rules for `validate`, `onLost`, `needsReset` and `reset`. */
export function lifeRules<C>(): RuleOf<C>[] {
  return [
    {
      name: 'validate resolves for a connection that works',
      check: async ({ validate, connect }) => validate(await connect()),
    },
    {
      name: 'validate rejects for a connection that the server dropped',
      async check({ validate, connect, subject }) {
        const connection = await connect()
        await subject.kill(connection)
        await errorOf(validate(connection), 'validate')
      },
    },
    {
      name: 'onLost is called exactly once, with a fatal reason, when the server drops an idle connection',
      async check({ connect, subject, until, nothingLeft }) {
        const lost: unknown[] = []
        const connection = await connect(reason => lost.push(reason))
        await subject.kill(connection)
        await until(() => lost.length > 0, 'onLost is called')
        await nothingLeft()
        await aTurn()
        subject.driver.destroy(connection)
        await aTurn()
        assert.equal(lost.length, 1, 'calls of onLost')
        assert.notEqual(subject.driver.isFatal?.(lost[0]), false, 'isFatal for the reason of onLost')
      },
    },
    {
      name: 'onLost is called exactly once when the server drops a busy connection, whose query rejects',
      async check({ connect, subject, until, nothingLeft }) {
        const lost: unknown[] = []
        const connection = await connect(reason => lost.push(reason))
        const query = errorOf(subject.runForEver(connection), 'the query under way')
        await subject.kill(connection)
        await until(() => lost.length > 0, 'onLost is called')
        const error = await query
        assert.ok(error instanceof Error, 'what the query rejects with is an Error')
        assert.notEqual(subject.driver.isFatal?.(error), false, "isFatal for the query's error")
        await nothingLeft()
        await aTurn()
        assert.equal(lost.length, 1, 'calls of onLost')
      },
    },
    {
      name: 'onLost is not called for connections that the pool closed or destroyed',
      async check({ connect, subject, nothingLeft }) {
        const lost: unknown[] = []
        await subject.driver.close(await connect(reason => lost.push(reason)))
        subject.driver.destroy(await connect(reason => lost.push(reason)))
        await nothingLeft()
        await aTurn()
        assert.deepEqual(lost, [], 'calls of onLost')
      },
    },
    {
      name: 'a reset is not needed for a fresh connection, nor after statements that succeeded and failed',
      async check({ connect, subject, needsReset }) {
        const connection = await connect()
        const isClean = (when: string) =>
          assert.equal(needsReset(connection) ?? false, false, `needsReset ${when}`)
        isClean('of a fresh connection')
        await subject.succeed(connection)
        isClean('after a statement')
        await errorOf(subject.fail(connection), 'the statement')
        await subject.succeed(connection)
        isClean('after a statement that failed')
      },
    },
    {
      name: 'a reset ends a transaction that was left open',
      async check({ connect, subject, needsReset, reset }) {
        const connection = await connect()
        await subject.begin(connection)
        assert.notEqual(needsReset(connection), false, 'needsReset in a transaction')
        await reset(connection)
        assert.equal(await subject.inTransaction(connection), false, 'in a transaction after the reset')
        assert.equal(needsReset(connection) ?? false, false, 'needsReset after the reset')
      },
    },
    {
      name: 'a reset ends a transaction that was left open after an error',
      async check({ connect, subject, needsReset, reset }) {
        const connection = await connect()
        await subject.begin(connection)
        await errorOf(subject.fail(connection), 'the statement')
        assert.notEqual(needsReset(connection), false, 'needsReset in a transaction')
        await reset(connection)
        await subject.succeed(connection)
        assert.equal(await subject.inTransaction(connection), false, 'in a transaction after the reset')
      },
    },
    {
      name: 'a reset rejects while a query is still running, so that the connection is not lent again',
      async check({ connect, subject, needsReset, reset }) {
        const connection = await connect()
        const query = subject.runForEver(connection).catch(() => {})
        assert.notEqual(needsReset(connection), false, 'needsReset while a query runs')
        await errorOf(reset(connection), 'reset')
        subject.driver.destroy(connection)
        await query
      },
    },
    {
      name: 'cancel ends what runs, whose caller hears of it, and the connection works on or is lost',
      async check({ connect, subject, until, cancel }) {
        if (subject.driver.cancel === undefined) return
        const lost: unknown[] = []
        const connection = await connect(reason => lost.push(reason))
        let isOver = false
        const query = subject.runForEver(connection).catch(error => error)
        void query.finally(() => {
          isOver = true
        })
        await cancel(connection)
        await until(() => isOver, 'the query is over')
        if (subject.driver.isFatal?.(await query) === true)
          await until(() => lost.length > 0, 'onLost is called')
        else await subject.succeed(connection)
      },
    },
    {
      name: 'a cancel that comes as a statement ends, or when nothing runs, hits no later statement',
      async check({ connect, subject, cancel }) {
        if (subject.driver.cancel === undefined) return
        const lost: unknown[] = []
        let connection = await connect(reason => lost.push(reason))
        for (let round = 0; round < 10; round++) {
          const last = subject.succeed(connection).catch(() => {})
          for (let turns = round % 5; turns > 0; turns--) await aTurn()
          await cancel(connection)
          await last
          if (lost.splice(0).length > 0) connection = await connect(reason => lost.push(reason))
          await subject.succeed(connection)
        }
      },
    },
    {
      name: 'a reset rejects for a connection that the server dropped',
      async check({ connect, subject, reset }) {
        const connection = await connect()
        await subject.begin(connection)
        await subject.kill(connection)
        await errorOf(reset(connection), 'reset')
      },
    },
  ]
}

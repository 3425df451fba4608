// What the pool relies on from a driver at a connection's end, and from what it says of itself and of errors.

import assert from 'node:assert/strict'
import { errorOf, type RuleOf } from './bench.js'

/** The rules for `close`, `destroy`, `ref` and `unref`, `isFatal`, `name` and `describe`. */
export function endingRules<C>(): RuleOf<C>[] {
  return [
    {
      name: 'close settles only when the server no longer counts the connection',
      async check({ connect, subject }) {
        const connection = await connect()
        await subject.succeed(connection)
        await subject.driver.close(connection)
        assert.equal(await subject.countOnServer(), 0, 'connections that the server counts')
      },
    },
    {
      name: 'close settles for a connection that the server dropped',
      async check({ connect, subject, nothingLeft }) {
        const connection = await connect()
        await subject.kill(connection)
        await subject.driver.close(connection)
        await nothingLeft()
      },
    },
    {
      name: 'destroy ends the connection, may be called again, and fails the query under way',
      async check({ connect, subject }) {
        const connection = await connect()
        const query = errorOf(subject.runForEver(connection), 'the query under way')
        subject.driver.destroy(connection)
        subject.driver.destroy(connection)
        await query
      },
    },
    {
      name: 'destroy cuts a close short, which then settles',
      async check({ connect, subject, nothingLeft }) {
        const connection = await connect()
        const closing = subject.driver.close(connection)
        subject.driver.destroy(connection)
        await closing
        await nothingLeft()
      },
    },
    {
      name: 'a statement after close or destroy fails instead of hanging',
      async check({ connect, subject }) {
        const closed = await connect()
        await subject.driver.close(closed)
        await errorOf(subject.succeed(closed), 'a statement after close')
        const destroyed = await connect()
        subject.driver.destroy(destroyed)
        await errorOf(subject.succeed(destroyed), 'a statement after destroy')
      },
    },
    {
      name: 'ref and unref are harmless in every state',
      async check({ connect, subject }) {
        const connection = await connect()
        for (const end of [
          () => {},
          () => subject.kill(connection),
          () => subject.driver.destroy(connection),
        ]) {
          await end()
          subject.driver.unref?.(connection)
          subject.driver.ref?.(connection)
        }
      },
    },
    {
      name: 'isFatal is false for an error of a statement and for what is no error',
      async check({ connect, subject }) {
        const error = await errorOf(subject.fail(await connect()), 'the statement')
        for (const harmless of [error, undefined, null, 'text', {}, new Error('of the application')]) {
          assert.equal(subject.driver.isFatal?.(harmless) ?? false, false, `isFatal for ${String(harmless)}`)
        }
      },
    },
    {
      name: 'the driver has a name, and describes itself without secrets',
      async check({ subject }) {
        assert.notEqual(subject.driver.name, '', 'its name')
        const description = subject.driver.describe?.() ?? 'nothing'
        assert.notEqual(description, '', 'its description')
        if (subject.secret)
          assert.ok(!description.includes(subject.secret), 'the description tells the secret')
      },
    },
  ]
}

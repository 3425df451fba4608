// What pool.transaction() relies on from a driver that has transactions.

import assert from 'node:assert/strict'
import type { IsolationLevel, TransactionSupport } from '../../db/driver.js'
import { type Bench, errorOf, type RuleOf } from './bench.js'

const levels: (IsolationLevel | undefined)[] = [
  undefined,
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
]

/** What a rule for transactions is given: a new connection, and the bench. */
type Check<C> = (support: TransactionSupport<C>, connection: C, bench: Bench<C>) => Promise<void>

/** The rule for a driver without transactions. */
export function noTransactions<C>(): RuleOf<C> {
  return {
    name: 'the driver has no transactions, so that pool.transaction() refuses',
    async check({ subject }) {
      assert.equal(
        subject.driver.transaction,
        undefined,
        'it has transactions: leave out `transactions: false`',
      )
    },
  }
}

/** The rules for a driver with transactions. */
export function transactionRules<C>(): RuleOf<C>[] {
  return [
    ruleOf(
      'begin opens one, commit ends it, and nothing is left to reset',
      async (support, connection, bench) => {
        const { subject } = bench
        await support.begin(connection, {})
        assert.equal(await subject.inTransaction(connection), true, 'in a transaction after begin')
        await subject.succeed(connection)
        await support.commit(connection)
        await nothingOpen(connection, bench)
      },
    ),
    ruleOf('rollback ends one, and nothing is left to reset', async (support, connection, bench) => {
      await support.begin(connection, {})
      await bench.subject.succeed(connection)
      await support.rollback(connection)
      await nothingOpen(connection, bench)
    }),
    ruleOf(
      'begin takes every isolation level, to read and to write',
      async (support, connection, { subject }) => {
        for (const isolation of levels) {
          for (const readOnly of [undefined, true, false]) {
            await support.begin(connection, { isolation, readOnly })
            await subject.succeed(connection)
            await support.commit(connection)
          }
        }
      },
    ),
    ruleOf('rollback works at once after a statement failed', async (support, connection, { subject }) => {
      await support.begin(connection, {})
      await errorOf(subject.fail(connection), 'the statement')
      await support.rollback(connection)
      await subject.succeed(connection)
      assert.equal(await subject.inTransaction(connection), false, 'in a transaction after rollback')
    }),
    ruleOf(
      'commit rejects when a failed statement failed the transaction, and rollback after it leaves nothing open',
      async (support, connection, bench) => {
        const { subject } = bench
        await support.begin(connection, {})
        await errorOf(subject.fail(connection), 'the statement')
        if (subject.failsAlone) await support.commit(connection)
        else await errorOf(support.commit(connection), 'commit')
        await support.rollback(connection)
        await subject.succeed(connection)
        await nothingOpen(connection, bench)
      },
    ),
    ruleOf(
      'commit rejects when the callback had ended the transaction itself',
      async (support, connection, bench) => {
        const { subject } = bench
        await support.begin(connection, {})
        await subject.succeed(connection)
        await support.rollback(connection) // as a ROLLBACK of its own would
        if (subject.endsUnasked) await support.commit(connection)
        else await errorOf(support.commit(connection), 'commit')
        await subject.succeed(connection)
        assert.equal(bench.needsReset(connection) ?? false, false, 'needsReset')
      },
    ),
    ruleOf('rollback does nothing when none is open', async (support, connection, { subject }) => {
      await support.rollback(connection)
      await subject.succeed(connection)
    }),
    ruleOf(
      'begin, commit and rollback reject when the server dropped the connection',
      async (support, connection, { subject }) => {
        await support.begin(connection, {})
        await subject.kill(connection)
        for (const ending of ['commit', 'rollback'] as const) {
          const error = await errorOf(support[ending](connection), ending)
          assert.notEqual(subject.driver.isFatal?.(error), false, `isFatal for the error of ${ending}`)
        }
        await errorOf(support.begin(connection, {}), 'begin')
      },
    ),
    ruleOf(
      'isRetryable is false for an error of a statement and for what is no error',
      async (support, connection, { subject }) => {
        const error = await errorOf(subject.fail(connection), 'the statement')
        for (const hopeless of [error, undefined, null, 'text', {}, new Error('of the application')]) {
          assert.equal(support.isRetryable?.(hopeless) ?? false, false, `isRetryable for ${String(hopeless)}`)
        }
      },
    ),
  ]
}

function ruleOf<C>(name: string, check: Check<C>): RuleOf<C> {
  return {
    name: `transaction: ${name}`,
    async check(bench) {
      const support = bench.subject.driver.transaction
      assert.ok(support, 'the driver has no transactions: say `transactions: false`')
      await check(support, await bench.connect(), bench)
    },
  }
}

async function nothingOpen<C>(connection: C, { subject, needsReset }: Bench<C>): Promise<void> {
  assert.equal(needsReset(connection) ?? false, false, 'needsReset')
  assert.equal(await subject.inTransaction(connection), false, 'in a transaction')
}

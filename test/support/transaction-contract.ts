// What pool.transaction() relies on from a driver that has transactions; a part of the driver contract.

import { describe, expect, it } from 'vitest'
import type { IsolationLevel, TransactionSupport } from '../../src/db/driver.js'
import type { DriverUnderTest } from './driver-under-test.js'

const levels: (IsolationLevel | undefined)[] = [
  undefined,
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
]

/** Runs that part; drivers without transactions skip it. */
export function describeTransactionContract<C>(
  subjectNow: () => DriverUnderTest<C>,
  connect: () => Promise<C>,
): void {
  describe('transaction', () => {
    const needsReset = (connection: C): boolean => subjectNow().driver.needsReset?.(connection) ?? false

    /** A test on a new connection, for drivers that have transactions. */
    const test = (
      name: string,
      run: (support: TransactionSupport<C>, connection: C, subject: DriverUnderTest<C>) => Promise<void>,
    ): void =>
      it(name, async context => {
        const subject = subjectNow()
        const { transaction } = subject.driver
        if (transaction === undefined) return context.skip()
        await run(transaction, await connect(), subject)
      })

    test('begin opens one, commit ends it, and nothing is left to reset', async (support, connection, subject) => {
      await support.begin(connection, {})
      expect(await subject.inTransaction(connection)).toBe(true)
      await subject.succeed(connection)
      await support.commit(connection)
      expect(needsReset(connection)).toBe(false)
      expect(await subject.inTransaction(connection)).toBe(false)
    })

    test('rollback ends one, and nothing is left to reset', async (support, connection, subject) => {
      await support.begin(connection, {})
      await subject.succeed(connection)
      await support.rollback(connection)
      expect(needsReset(connection)).toBe(false)
      expect(await subject.inTransaction(connection)).toBe(false)
    })

    test('begin takes every isolation level, to read and to write', async (support, connection, subject) => {
      for (const isolation of levels) {
        for (const readOnly of [undefined, true, false]) {
          await support.begin(connection, { isolation, readOnly })
          await subject.succeed(connection)
          await support.commit(connection)
        }
      }
    })

    test('rollback works at once after a statement failed', async (support, connection, subject) => {
      await support.begin(connection, {})
      await expect(subject.fail(connection)).rejects.toThrow()
      await support.rollback(connection)
      await subject.succeed(connection)
      expect(await subject.inTransaction(connection)).toBe(false)
    })

    test('commit rejects when a failed statement failed the transaction, and rollback after it leaves nothing open', async (support, connection, subject) => {
      await support.begin(connection, {})
      await expect(subject.fail(connection)).rejects.toThrow()
      if (subject.failsAlone) await support.commit(connection)
      else await expect(support.commit(connection)).rejects.toThrow()
      await support.rollback(connection)
      await subject.succeed(connection)
      expect(needsReset(connection)).toBe(false)
      expect(await subject.inTransaction(connection)).toBe(false)
    })

    test('commit rejects when the callback had ended the transaction itself', async (support, connection, subject) => {
      await support.begin(connection, {})
      await subject.succeed(connection)
      await support.rollback(connection) // as a ROLLBACK of its own would
      if (subject.endsUnasked) await support.commit(connection)
      else await expect(support.commit(connection)).rejects.toThrow()
      await subject.succeed(connection)
      expect(needsReset(connection)).toBe(false)
    })

    test('rollback does nothing when none is open', async (support, connection, subject) => {
      await support.rollback(connection)
      await subject.succeed(connection)
    })

    test('begin, commit and rollback reject when the server dropped the connection', async (support, connection, subject) => {
      await support.begin(connection, {})
      await subject.kill(connection)
      for (const ending of [support.commit(connection), support.rollback(connection)]) {
        const error: unknown = await ending.then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(subject.driver.isFatal?.(error)).not.toBe(false)
      }
      await expect(support.begin(connection, {})).rejects.toThrow()
    })

    test('isRetryable is false for an error of SQL, and for what is no error', async (support, connection, subject) => {
      const error = await subject.fail(connection).catch((error: unknown) => error)
      for (const hopeless of [error, undefined, null, 'text', {}, new Error('of the application')]) {
        expect(support.isRetryable?.(hopeless) ?? false).toBe(false)
      }
    })
  })
}

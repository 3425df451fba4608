// What transaction() takes, and the one place that checks it.
import { checkBoolean, checkNumber, type NumberRange, refusal, refuseUnknown } from '../check.js'
import type { BeginOptions, IsolationLevel } from '../db/driver.js'
import { type AcquireOptions, acquireNames, checkAcquireValues } from '../options.js'

/** What `transaction()` takes: what `acquire()` takes, and how the transaction is begun and tried again. */
export interface TransactionOptions extends AcquireOptions {
  /**
   * `'read uncommitted'`, `'read committed'`, `'repeatable read'` or `'serializable'`. Default: as the session has it, which on
   * PostgreSQL is read committed unless configured otherwise.
   */
  isolation?: IsolationLevel | undefined
  /** true = it may only read; false = it may write. Default: as the session has it. */
  readOnly?: boolean | undefined
  /**
   * How many times more the whole transaction is tried after a serialization failure or a deadlock. An integer. Default 0 = never
   * again; Infinity = until it succeeds, fails for another reason, or the signal aborts.
   */
  retry?: number | undefined
  /** Aborts the wait for the connection, and further attempts. An attempt that has begun goes on: give its work the signal too. */
  signal?: AbortSignal | undefined
}

/** What `transaction()` was given, told apart by who needs it. */
export interface ParsedTransactionOptions {
  readonly begin: BeginOptions
  /** Further attempts. */
  readonly retry: number
  readonly acquire: AcquireOptions
}

const names = [...acquireNames, 'isolation', 'readOnly', 'retry']

const isolationLevels: readonly unknown[] = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
] satisfies IsolationLevel[]

const retryRange: NumberRange = { fallback: 0, least: 0, integer: true }

/**
 * Checks what `transaction()` was given and fills in the defaults.
 * @throws OptionsError naming the option, its value and what it may be.
 */
export function parseTransactionOptions(options: TransactionOptions = {}): ParsedTransactionOptions {
  refuseUnknown('transaction', options, names)
  const { isolation, readOnly, retry = retryRange.fallback, ...acquire } = options
  checkAcquireValues(acquire)
  if (isolation !== undefined && !isolationLevels.includes(isolation))
    throw refusal('isolation', isolation, `one of '${isolationLevels.join("', '")}'`)
  if (readOnly !== undefined) checkBoolean('readOnly', readOnly)
  return { begin: { isolation, readOnly }, retry: checkNumber('retry', retry, retryRange), acquire }
}

// What transaction() takes, and the one place that checks it.
import { type AcquireOptions, acquireShape } from '../../core/call-options.js'
import { boolean, is, number, optional, or, parse } from '../../core/shape.js'
import type { BeginOptions, IsolationLevel } from '../../db/driver.js'

/** The options of `transaction()`: those of `acquire()`, and how to begin and repeat the transaction. */
export interface TransactionOptions extends AcquireOptions {
  /**
   * `'read uncommitted'`, `'read committed'`, `'repeatable read'` or `'serializable'`. Default: the session's own level, which on
   * PostgreSQL is read committed unless configured otherwise.
   */
  isolation?: IsolationLevel | undefined
  /** true = the transaction may only read; false = it may write. Default: the session's own setting. */
  readOnly?: boolean | undefined
  /**
   * How many times to repeat the whole transaction after a serialization failure or a deadlock. An integer. Default 0 = never;
   * Infinity = until it succeeds, fails for another reason, or the signal aborts.
   */
  retry?: number | undefined
  /**
   * Aborts the wait for the connection; once the transaction has begun, cancels what runs at the database, and rolls back. Once the commit is on
   * its way, it changes nothing.
   */
  signal?: AbortSignal | undefined
}

/** What `transaction()` was given, told apart by who needs it. */
export interface ParsedTransactionOptions {
  readonly begin: BeginOptions
  /** Further attempts. */
  readonly retry: number
  readonly acquire: AcquireOptions
}

const isolationLevels = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
] as const satisfies IsolationLevel[]

const shape = {
  ...acquireShape,
  isolation: optional(
    is<IsolationLevel>(`one of '${isolationLevels.join("', '")}'`, level =>
      (isolationLevels as readonly unknown[]).includes(level),
    ),
  ),
  readOnly: optional(boolean),
  retry: or(number({ least: 0, integer: true }), 0),
}

/**
 * Checks what `transaction()` was given and fills in the defaults.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseTransactionOptions(options: TransactionOptions = {}): ParsedTransactionOptions {
  const { isolation, readOnly, retry, ...acquire } = parse('transaction', shape, options)
  return { begin: { isolation, readOnly }, retry, acquire }
}

// What all errors of the pool have in common: a stable code, and where it is explained.
import { pageOf, withLink } from '../wording.js'

/** The stable codes of {@link PoolError.code}. Branch on these, never on messages. */
export type PoolErrorCode =
  | 'ACQUIRE_TIMEOUT'
  | 'ACQUIRE_ABORTED'
  | 'QUERY_TIMEOUT'
  | 'QUERY_ABORTED'
  | 'QUEUE_FULL'
  | 'OVERLOADED'
  | 'SELF_DEADLOCK'
  | 'POOL_CLOSED'
  | 'POOL_PAUSED'
  | 'DATABASE_DOWN'
  | 'NO_HOST'
  | 'LEND_REFUSED'
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'VALIDATION_FAILED'
  | 'VALIDATION_TIMEOUT'
  | 'RESET_FAILED'
  | 'RESET_TIMEOUT'
  | 'LEASE_RELEASED'
  | 'LEASE_REVOKED'
  | 'OPTIONS_INVALID'

/**
 * Names an error class the way built-in errors are named: on the prototype, where stack traces find the name, where minifying the class
 * does not change it, and where a single error can override it.
 */
export function setName(type: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true })
}

/**
 * The base class of all errors that the pool creates; `cause` is the driver's own error, if there is one. Every error belongs to one of
 * the classes in {@link AnyPoolError}.
 */
export abstract class PoolError extends Error {
  static {
    setName(PoolError, 'PoolError')
  }

  /** The kind of failure; stable across versions. */
  readonly code: PoolErrorCode
  /** The name of the pool that created it; absent if no pool exists yet, as when createPool refuses its options. */
  declare readonly pool?: string

  constructor(code: PoolErrorCode, message: string, options?: ErrorOptions) {
    super(withLink(message, code), options)
    this.code = code
  }

  /** Where the `code` is explained: a section of a page in the package. The last line of the message is the same link. */
  get docs(): string {
    return pageOf(this.code)
  }
}

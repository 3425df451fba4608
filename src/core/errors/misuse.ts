// A mistake of the application: an invalid option, a lease that had ended, a closed pool.
import { PoolError, setName } from './pool-error.js'

/** The pool is closing or closed. */
export class PoolClosedError extends PoolError {
  static {
    setName(PoolClosedError, 'PoolClosedError')
  }

  declare readonly code: 'POOL_CLOSED'

  constructor(what: string, options?: ErrorOptions) {
    super('POOL_CLOSED', `${what} Create a new pool, or close this one only after its last use.`, options)
  }
}

/** The caller used a lease that had ended. */
export class LeaseError extends PoolError {
  static {
    setName(LeaseError, 'LeaseError')
  }

  declare readonly code: 'LEASE_RELEASED' | 'LEASE_REVOKED'

  /** The lease's id. */
  readonly lease: number

  constructor(code: LeaseError['code'], lease: number, message: string, cause?: unknown) {
    super(code, message, cause === undefined ? undefined : { cause })
    this.lease = lease
  }
}

/** An option has an invalid value. */
export class OptionsError extends PoolError {
  static {
    setName(OptionsError, 'OptionsError')
  }

  declare readonly code: 'OPTIONS_INVALID'

  /** The option's name. */
  readonly option: string
  /** The invalid value; undefined if it might be, or contain, a secret. */
  readonly value: unknown

  constructor(option: string, value: unknown, message: string) {
    super('OPTIONS_INVALID', message)
    this.option = option
    this.value = value
  }
}

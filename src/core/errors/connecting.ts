// A connection that could not be opened, or that was found broken.
import { withoutStop } from '../wording.js'
import { PoolError, setName } from './pool-error.js'

/** A connection could not be opened; `cause` is the driver's error, or what the hook `onConnect` threw. */
export class ConnectError extends PoolError {
  static {
    setName(ConnectError, 'ConnectError')
  }

  declare readonly code: 'CONNECT_FAILED' | 'CONNECT_TIMEOUT'

  /** The target, as the driver describes it, without secrets. */
  readonly target: string
  /** What went wrong: the driver's own message, if the driver failed. */
  readonly why: string
  /** What to do about it, if the driver knows; undefined = check the network and the credentials. */
  readonly remedy: string | undefined

  constructor(
    code: ConnectError['code'],
    target: string,
    why: string,
    options?: ErrorOptions & { readonly remedy?: string | undefined },
  ) {
    const { remedy } = options ?? {}
    super(
      code,
      `Could not connect to ${target}: ${withoutStop(why)}. ${withoutStop(remedy ?? 'Check that the database is up and reachable from here, and check the credentials')}; the pool keeps trying.`,
      options,
    )
    this.target = target
    this.why = why
    this.remedy = remedy
  }
}

/** A connection failed its validation or its reset, and the pool closed it; `cause` is the driver's error, if there is one. */
export class ValidationError extends PoolError {
  static {
    setName(ValidationError, 'ValidationError')
  }

  declare readonly code: 'VALIDATION_FAILED' | 'VALIDATION_TIMEOUT' | 'RESET_FAILED' | 'RESET_TIMEOUT'

  /** The id of the connection. */
  readonly connection: string

  constructor(code: ValidationError['code'], connection: string, what: string, options?: ErrorOptions) {
    super(
      code,
      `${connection} was closed: ${what}. No caller received it; the pool replaces it if needed.`,
      options,
    )
    this.connection = connection
  }
}

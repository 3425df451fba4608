// What the simulated database and its network answer when they do not do as asked.

/** An error of the simulated database; the codes are those that PostgreSQL and Node's sockets have for the same. */
export class SimulatedError extends Error {
  /** An SQLSTATE or a socket's code: `'57P01'`, `'ECONNREFUSED'`. */
  readonly code: string
  /** Whether the connection that met it cannot be used again. */
  readonly fatal: boolean

  constructor(code: string, message: string, options: { fatal: boolean }) {
    super(message)
    this.code = code
    this.fatal = options.fatal
  }

  override get name(): string {
    return 'SimulatedError'
  }
}

/** An error after which the connection is of no use. */
export const fatal = (code: string, message: string): SimulatedError =>
  new SimulatedError(code, message, { fatal: true })

/** An error that leaves the connection as good as before. */
export const harmless = (code: string, message: string): SimulatedError =>
  new SimulatedError(code, message, { fatal: false })

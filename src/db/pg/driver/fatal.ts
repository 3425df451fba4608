// Which errors mean that a PostgreSQL connection cannot be used again, and which that its transaction may be tried again.
import { causesOf } from '../../../core/causes.js'

/** Class 08: connection exceptions. Class 57P: the server ends the session. And the timeouts by which it does. */
const fatalStates = /^(08...|57P..|25P03|25P04)$/

/**
 * pg gives these no code. A query that timed out on the client is still running on the server, so the connection is not
 * fit for anyone else.
 */
const fatalMessages =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Received unexpected \w+ message|Query read timeout)/

const ofOurSockets = new WeakSet<object>()

/**
 * Remembers an error that ended a connection. Its code could not tell: the ECONNRESET of an HTTP request that a holder made
 * meanwhile looks the same, and must not cost a healthy connection.
 */
export function rememberAsFatal(error: unknown): void {
  if (error instanceof Error) ofOurSockets.add(error)
}

/** Whether an error means that its connection is unusable; SQL errors do not. */
export function isFatal(error: unknown): boolean {
  return causesOf<ServerError>(error).some(isFatalItself)
}

/** Serialization failure and deadlock. What fails so may succeed when it is done again, in a new transaction. */
const retryableStates = ['40001', '40P01']

/** Whether the same transaction may succeed if it is tried again. */
export function isRetryable(error: unknown): boolean {
  return causesOf<ServerError>(error).some(({ code }) => retryableStates.includes(code as string))
}

type ServerError = Error & { readonly code?: unknown; readonly severity?: unknown }

/**
 * The server's own word comes first: an ERROR leaves the session as it was, whatever its code. 08P01, a protocol violation, is what it says
 * to a wrong number of parameters.
 */
function isFatalItself(error: ServerError): boolean {
  if (ofOurSockets.has(error) || error.severity === 'FATAL' || error.severity === 'PANIC') return true
  if (error.severity === 'ERROR') return false
  return typeof error.code === 'string' ? fatalStates.test(error.code) : fatalMessages.test(error.message)
}

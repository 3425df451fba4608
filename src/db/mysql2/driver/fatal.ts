// Which errors mean that a MySQL or MariaDB connection is over, and which that its transaction may be tried again.
import { causesOf } from '../../../core/causes.js'

/**
 * mysql2's own codes for a protocol out of step. And for a query that timed out on the client: it still runs on the server, so the
 * connection is not fit for anyone else.
 */
const fatalCodes = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_PACKETS_OUT_OF_ORDER',
  'PROTOCOL_UNEXPECTED_PACKET',
  'PROTOCOL_ERROR',
])

/** Of a socket. Older mysql2's promises reject with a copy, without `fatal` and with a `sqlState`, which no other library's error has. */
const socketCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** By which the server says that it ends the session, or that it could not make sense of what it got. */
const fatalNumbers = new Set([
  1053, // ER_SERVER_SHUTDOWN
  1077, // ER_NORMAL_SHUTDOWN
  1079, // ER_SHUTDOWN_COMPLETE
  1080, // ER_FORCING_CLOSE
  1152, // ER_ABORTING_CONNECTION
  1153, // ER_NET_PACKET_TOO_LARGE: the server closes the connection after it
  1154, // ER_NET_READ_ERROR_FROM_PIPE
  1155, // ER_NET_FCNTL_ERROR
  1156, // ER_NET_PACKETS_OUT_OF_ORDER
  1157, // ER_NET_UNCOMPRESS_ERROR
  1158, // ER_NET_READ_ERROR
  1159, // ER_NET_READ_INTERRUPTED
  1160, // ER_NET_ERROR_ON_WRITE
  1161, // ER_NET_WRITE_INTERRUPTED
  1184, // ER_NEW_ABORTING_CONNECTION
  1927, // ER_CONNECTION_KILLED (MariaDB)
  3169, // ER_SESSION_WAS_KILLED (MySQL)
  4031, // ER_CLIENT_INTERACTION_TIMEOUT (MySQL)
])

/** What fails so may succeed when it is done again, in a new transaction. */
const retryableNumbers = new Set([
  1020, // ER_CHECKREAD: MariaDB's serialization failure
  1205, // ER_LOCK_WAIT_TIMEOUT
  1213, // ER_LOCK_DEADLOCK; a Galera cluster says so, too, when another node won
  3101, // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: in group replication another member won
])

type ServerError = Error & { readonly code?: unknown; readonly errno?: unknown; readonly fatal?: unknown }

/** Whether an error means that its connection is unusable; SQL errors do not. */
export function isFatal(error: unknown): boolean {
  return causesOf<ServerError>(error).some(isFatalItself)
}

/** Whether the same transaction may succeed if it is tried again. */
export function isRetryable(error: unknown): boolean {
  return causesOf<ServerError>(error).some(({ errno }) => retryableNumbers.has(errno as number))
}

/**
 * mysql2 marks what ended a connection as fatal, a socket's error too: so an ECONNRESET of an HTTP request that a holder made
 * meanwhile does not cost a healthy connection.
 */
function isFatalItself(error: ServerError): boolean {
  const { code, errno, fatal } = error
  if (fatal === true || fatalCodes.has(code as string) || fatalNumbers.has(errno as number)) return true
  return socketCodes.has(code as string) && 'sqlState' in error
}

// What can be done about a MySQL or MariaDB server that refuses a connection.

import { type Remedy, remedyIn } from '../../remedies.js'

const table: readonly Remedy[] = [
  {
    code: /^ER_(ACCESS_DENIED_ERROR|ACCESS_DENIED_NO_PASSWORD_ERROR)$/,
    remedy: 'Check the user, the password, and that the server lets this user connect from this host',
  },
  { code: /^ER_DBACCESS_DENIED_ERROR$/, remedy: 'Grant the user access to the database' },
  { code: /^ER_BAD_DB_ERROR$/, remedy: 'Check the database name, or create the database' },
  {
    code: /^ER_(CON_COUNT_ERROR|TOO_MANY_USER_CONNECTIONS|USER_LIMIT_REACHED)$/,
    remedy: "Lower max across all of the application's processes, or raise the server's connection limit",
  },
  {
    code: /^ER_HOST_IS_BLOCKED$/,
    remedy: 'Unblock this host on the server with FLUSH HOSTS, and find out why its earlier connects failed',
  },
  { code: /^ER_HOST_NOT_PRIVILEGED$/, remedy: 'Create a user that the server lets connect from this host' },
  {
    code: /^HANDSHAKE_NO_SSL_SUPPORT$/,
    remedy: 'Enable TLS on the server, or omit the ssl option',
  },
  {
    code: /^ER_SECURE_TRANSPORT_REQUIRED$/,
    remedy: 'Set the ssl option, because the server accepts only encrypted connections',
  },
  {
    code: /^(ER_NOT_SUPPORTED_AUTH_MODE|AUTH_SWITCH_PLUGIN_ERROR)$/,
    remedy: 'Switch the user to an authentication method that mysql2 supports, or set the authPlugins option',
  },
]

/** The remedy for an error that a connect was refused with, where there is a better one than the pool's own advice. */
export const remedyFor = (error: unknown): string | undefined => remedyIn(table, error)

// What can be done about a MySQL or MariaDB server that refuses a connection.

import { type Remedy, remedyIn } from '../remedies.js'

const table: readonly Remedy[] = [
  {
    code: /^ER_(ACCESS_DENIED_ERROR|ACCESS_DENIED_NO_PASSWORD_ERROR)$/,
    remedy: 'Check the user, the password, and that the user may come from this host',
  },
  { code: /^ER_DBACCESS_DENIED_ERROR$/, remedy: 'Grant the user rights on the database' },
  { code: /^ER_BAD_DB_ERROR$/, remedy: "Check the database's name, or create it" },
  {
    code: /^ER_(CON_COUNT_ERROR|TOO_MANY_USER_CONNECTIONS|USER_LIMIT_REACHED)$/,
    remedy: "Lower max, over all of the application's processes, or raise the server's limit of connections",
  },
  {
    code: /^ER_HOST_IS_BLOCKED$/,
    remedy: 'Unblock this host in the server with FLUSH HOSTS, and see why its connects failed before',
  },
  { code: /^ER_HOST_NOT_PRIVILEGED$/, remedy: 'Create a user that may come from this host' },
  {
    code: /^HANDSHAKE_NO_SSL_SUPPORT$/,
    remedy: 'Turn TLS on in the server, or leave the option ssl out',
  },
  {
    code: /^ER_SECURE_TRANSPORT_REQUIRED$/,
    remedy: 'Give the option ssl, because the server takes encrypted connections only',
  },
  {
    code: /^(ER_NOT_SUPPORTED_AUTH_MODE|AUTH_SWITCH_PLUGIN_ERROR)$/,
    remedy: 'Give the user a method of authentication that mysql2 knows, or the option authPlugins',
  },
]

/** The remedy for an error that a connect was refused with, where there is a better one than the pool's own advice. */
export const remedyFor = (error: unknown): string | undefined => remedyIn(table, error)

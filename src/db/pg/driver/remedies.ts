// What can be done about a PostgreSQL server that refuses a connection.

import { type Remedy, remedyIn } from '../../remedies.js'

const table: readonly Remedy[] = [
  {
    code: /^28000$/,
    says: /no encryption|SSL off/,
    remedy:
      'Set the ssl option, because the server accepts only encrypted connections, or change its pg_hba.conf',
  },
  {
    code: /^28000$/,
    says: /pg_hba\.conf/,
    remedy: "Allow this user and database from this host in the server's pg_hba.conf",
  },
  { code: /^28(000|P01)$/, remedy: 'Check the user and the password' },
  { says: /^SASL: .*password must be/, remedy: 'Set the password, as a string' },
  { code: /^3D000$/, remedy: 'Check the database name, or create the database' },
  { code: /^42501$/, remedy: 'Grant the user CONNECT on the database' },
  {
    code: /^53300$/,
    remedy: "Lower max across all of the application's processes, or raise the server's max_connections",
  },
  {
    says: /^no more connections allowed/, // PgBouncer's words
    remedy: "Lower max across all of the application's processes, or raise PgBouncer's max_client_conn",
  },
  {
    says: /^The server does not support SSL connections/,
    remedy: 'Enable ssl on the server, or omit the ssl option',
  },
  {
    says: /^unsupported startup parameter/, // PgBouncer's words
    remedy: 'Omit the option that PgBouncer does not know, and set it on the server with ALTER ROLE instead',
  },
]

/** The remedy for an error that a connect was refused with, where there is a better one than the pool's own advice. */
export const remedyFor = (error: unknown): string | undefined => remedyIn(table, error)

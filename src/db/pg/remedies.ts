// What can be done about a PostgreSQL server that refuses a connection.

import { type Remedy, remedyIn } from '../remedies.js'

const table: readonly Remedy[] = [
  {
    code: /^28000$/,
    says: /no encryption|SSL off/,
    remedy:
      'Give the option ssl, because the server takes encrypted connections only, or change its pg_hba.conf',
  },
  {
    code: /^28000$/,
    says: /pg_hba\.conf/,
    remedy: "Let the server's pg_hba.conf take this user and database from this host",
  },
  { code: /^28(000|P01)$/, remedy: 'Check the user and the password' },
  { says: /^SASL: .*password must be/, remedy: 'Give a password, as a text' },
  { code: /^3D000$/, remedy: "Check the database's name, or create it" },
  { code: /^42501$/, remedy: 'Grant the user CONNECT on the database' },
  {
    code: /^53300$/,
    remedy: "Lower max, over all of the application's processes, or raise the server's max_connections",
  },
  {
    says: /^The server does not support SSL connections/,
    remedy: 'Turn ssl on in the server, or leave the option ssl out',
  },
  {
    says: /^unsupported startup parameter/, // PgBouncer's words
    remedy:
      'Leave out the option that PgBouncer does not know, and set it on the server instead, by ALTER ROLE',
  },
]

/** The remedy for an error that a connect was refused with, where there is a better one than the pool's own advice. */
export const remedyFor = (error: unknown): string | undefined => remedyIn(table, error)

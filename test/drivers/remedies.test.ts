// A server that refuses a connection for a reason that has a remedy of its own: the pool's error says that one.

import { expect, inject, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { remedyFor as ofMysql } from '../../src/db/mysql2/driver/remedies.js'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { remedyFor as ofPostgres } from '../../src/db/pg/driver/remedies.js'
import { type ConnectError, createPool, type Driver } from '../../src/index.js'
import { mariadbMissing } from '../support/mariadb-threads.js'

const coded = (code: string, message = 'refused', cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code })

it.each([
  ['PostgreSQL', coded('28P01'), 'the password'],
  ['PostgreSQL', coded('28000', 'no pg_hba.conf entry for host "::1", no encryption'), 'ssl option'],
  ['PostgreSQL', coded('28000', 'no pg_hba.conf entry for host "::1"'), 'pg_hba.conf'],
  ['PostgreSQL', coded('3D000'), 'database name'],
  ['PostgreSQL', coded('53300'), 'max_connections'],
  ['PostgreSQL', new Error('The server does not support SSL connections'), 'omit the ssl option'],
  ['PostgreSQL', coded('SELF_SIGNED_CERT_IN_CHAIN'), 'ssl: { ca }'],
  ['PostgreSQL', new Error('wrapped', { cause: coded('ENOTFOUND') }), 'name'],
  ['MySQL', coded('ER_ACCESS_DENIED_ERROR'), 'the password'],
  ['MySQL', coded('ER_BAD_DB_ERROR'), 'database name'],
  ['MySQL', coded('ER_CON_COUNT_ERROR'), 'Lower max'],
  ['MySQL', coded('HANDSHAKE_NO_SSL_SUPPORT'), 'omit the ssl option'],
  ['MySQL', coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'ssl: { ca }'],
] as const)('%s: %s', (server, error, words) => {
  const remedyFor = server === 'MySQL' ? ofMysql : ofPostgres
  expect(remedyFor(error)).toContain(words)
})

it.each([ofPostgres, ofMysql])('the general advice is left for what may be an outage', remedyFor => {
  for (const error of [coded('ECONNREFUSED'), coded('57P03'), coded('ETIMEDOUT'), undefined, 'text', {}])
    expect(remedyFor(error)).toBeUndefined()
})

it.each<[string, Driver<unknown>, ...Driver<unknown>[]]>([
  ['postgres()', postgres(), postgres({ host: 'db' }), postgres('postgres://db')],
  ['mysql()', mysql({ user: 'web' }), mysql({ host: 'db' }), mysql('mysql://db')],
])('%s without an address says so, with an address it does not', (_, none, ...some) => {
  const hint = 'see whether the connection string is undefined: neither it nor a host was given'
  expect(none.remedy?.(coded('ECONNREFUSED'))).toContain(hint)
  expect(none.remedy?.(coded('28P01'))).toContain(hint)
  expect(none.remedy?.(undefined)).toBeUndefined()
  for (const driver of some) expect(driver.remedy?.(coded('ECONNREFUSED'))).toBeUndefined()
})

async function refused<C>(driver: Driver<C>): Promise<string> {
  const pool = createPool(driver, { min: 1, max: 1 })
  const error: unknown = await pool.ready().catch((thrown: unknown) => thrown)
  await pool.close({ timeout: 0 })
  return (error as ConnectError).message
}

const expectNoGeneralAdvice = (message: string): void => expect(message).not.toContain('database is up')

it('PostgreSQL, for real', async () => {
  const { cert: _, ...config } = inject('postgres')
  const wrong = await refused(postgres({ ...config, password: 'wrong' }))
  expect(wrong).toContain('. Check the user and the password; the pool keeps trying.')
  const missing = await refused(postgres({ ...config, database: 'nowhere' }))
  expect(missing).toContain('. Check the database name, or create the database; the pool keeps trying.')
  const unknown = await refused(postgres({ ...config, ssl: true }))
  expect(unknown).toContain('ssl: { ca }')
  for (const message of [wrong, missing, unknown]) expectNoGeneralAdvice(message)
})

it.skipIf(mariadbMissing())('MariaDB, for real', async () => {
  const config = inject('mariadb') as object
  const wrong = await refused(mysql({ ...config, password: 'wrong' }))
  expect(wrong).toContain(
    '. Check the user, the password, and that the server lets this user connect from this host',
  )
  const missing = await refused(mysql({ ...config, database: 'nowhere' }))
  expect(missing).toMatch(/name, or create the database|access to the database/)
  for (const message of [wrong, missing]) expectNoGeneralAdvice(message)
})

// The programs of docs/migrating.md do the same before and after.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { mariadbMissing, watchThreads } from '../support/mariadb-threads.js'
import { SmtpServer } from '../support/smtp-server.js'
import { runExample } from './program.js'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.stop())

it.each(['before', 'after'])('with pg.Pool: %s', async when => {
  const { code, output, errors } = await runExample(`migrating/pg-pool-${when}`, {
    DATABASE_URL: server.connectionString,
  })
  expect({ code, errors, output }).toEqual({ code: 0, errors: '', output: ['answer: 42', 'user: ada'] })
})

describe.skipIf(mariadbMissing())('on MariaDB', () => {
  it.each(['before', 'after'])('with mysql2: %s', async when => {
    const threads = await watchThreads()
    const { user, password, host, port, database } = threads.config
    const { code, output, errors } = await runExample(`migrating/mysql2-${when}`, {
      DATABASE_URL: `mysql://${user}:${password}@${host}:${port}/${database}`,
    })
    await threads.stop()
    expect({ code, errors, output }).toEqual({ code: 0, errors: '', output: ['answer: 42', 'balance: 99'] })
  })
})

it.each([
  ['generic-pool', 'before', ['one', 'two'], 'done'],
  ['generic-pool', 'after', ['one', 'two'], 'done'],
  ['tarn', 'before', ['one'], 'gave up: aborted'],
  ['tarn', 'after', ['one'], 'gave up: aborted'],
])('with %s: %s', async (pool, when, sent, said) => {
  const smtp = await SmtpServer.start()
  try {
    const { code, output, errors } = await runExample(`migrating/${pool}-${when}`, {
      SMTP_PORT: String(smtp.port),
    })
    expect({ code, errors, output }).toEqual({ code: 0, errors: '', output: [said] })
    expect(smtp.mails.map(({ text }) => text)).toEqual(sent)
  } finally {
    await smtp.stop()
  }
})

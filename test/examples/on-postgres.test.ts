// The examples that need a PostgreSQL, run for real on one.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { runExample } from './program.js'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.stop())

test('postgres.ts queries through use() and await using, and closes', async () => {
  const { code, output, errors } = await runExample('postgres', { DATABASE_URL: server.connectionString })
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'primes: 2 3 5 7 11 13 17 19 23 29',
    'lease 2 reads from the database postgres',
    'state: closed',
  ])
})

test('readme.ts queries, leases a connection, and closes', async () => {
  const { code, output, errors } = await runExample('readme', { DATABASE_URL: server.connectionString })
  expect({ code, errors, output }).toEqual({ code: 0, errors: '', output: ['{ answer: 42 }'] })
})

test('postgres.ts without a server ends with an error that says where it tried, and no password', async () => {
  const { code, errors } = await runExample('postgres', {
    DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/app',
  })
  expect(code).toBe(1)
  expect(errors).toContain('Could not connect to postgres on 127.0.0.1:1/app as me')
  expect(errors).not.toContain('hunter2')
})

test('transactions.ts commits what succeeded, and nothing of what failed', async () => {
  const { code, output, errors } = await runExample('transactions', {
    DATABASE_URL: server.connectionString,
  })
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'refused: new row for relation "account" violates check constraint "account_balance_check"',
    'balances: ada 70, bob 30',
  ])
})

test('fleet.ts moves an idle connection to the pool whose caller waits', async () => {
  const { code, output, errors } = await runExample('fleet', { DATABASE_URL: server.connectionString })
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'the fleet "orders" has no more than 3',
    '{ answer: 42 }',
    'reclaimed: 1, failed connects: 0',
  ])
})

test('hosts.ts writes, reads, and says what the hosts are', async () => {
  const { code, output, errors } = await runExample('hosts', { DATABASE_URL: server.connectionString })
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual(['{ answer: 42 }', "hosts: [ 'primary' ]", 'ready', 'open: 0'])
})

const pets = ['rolled back: not like this', "pets: [ 'Max', 'Mia' ]"]

test.each([
  ['kysely', [...pets, "streamed: [ 'Max', 'Mia' ]", 'clients: 1 opened: 1']],
  ['drizzle', [pets[0], "prepared: [ { id: 2, name: 'Mia' } ]", pets[1], 'clients: 1 opened: 1']],
  [
    'knex',
    [
      ...pets,
      "streamed: [ 'Max', 'Mia' ]",
      'too slow: Defined query timeout of 500ms exceeded when running query.',
    ],
  ],
  ['typeorm', [...pets, 'connections: 1']],
  ['prisma', [pets[0], "pets: [ 'Rex', 'Mia' ]", 'connections: 1']],
  ['pg-boss', [pets[0], 'mail to ada', 'jobs left: 0']],
  ['graphile-worker', [pets[0], 'mail to ada']],
  ['connect-pg-simple', ['visit 1', 'visit 2']],
  ['objection', [pets[0], "pets: [ 'Rex', 'Mia' ]"]],
  ['pg-promise', [pets[0], "pets: [ 'Rex', 'Mia' ]"]],
  ['sequelize', [pets[0], "pets: [ 'Rex', 'Mia' ]"]],
  ['zapatos', [pets[0], "pets: [ 'Rex', 'Mia' ]"]],
  ['sharing', ['{ answer: 42 }', '100 answers on at most 10 connections: true']],
  ['pg-pool', ['{ answer: 42 }', '{ one: 1 }']],
  ['going-live', ['waits measured: 1']],
  ['hosts-kysely', ["pets: [ 'Rex' ]"]],
  ['hosts-drizzle', ["pets: [ 'Rex' ]"]],
  ['rate-limiter-flexible', ['request 1: allowed', 'request 2: allowed', 'request 3: refused']],
])('%s.ts does what it says, and ends', async (name, said) => {
  const { code, output, errors } = await runExample(name, { DATABASE_URL: server.connectionString })
  expect({ code, errors, output }).toEqual({ code: 0, errors: '', output: [...said, 'state: closed'] })
})

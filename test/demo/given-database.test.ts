// `--url`: the demo on a database that is not its own.

import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { startDemo } from './program.js'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.stop())

/** Everything that a database holds, and how much has ever been written into it. */
async function contents(): Promise<unknown> {
  const client = new pg.Client(server.connectionString)
  await client.connect()
  try {
    const { rows } = await client.query(`
      select (select count(*) from pg_class where relpersistence <> 't') as relations,
             (select count(*) from pg_namespace where nspname !~ '^pg_(toast_)?temp_') as schemas,
             (select count(*) from pg_proc) as functions,
             (select count(*) from pg_roles) as roles,
             (select count(*) from pg_database) as databases,
             (select count(*) from pg_stat_activity where application_name = 'statepool-demo') as backends`)
    return rows[0]
  } finally {
    await client.end()
  }
}

test('the demo uses the database behind --url, starts no other, and writes nothing into it', async () => {
  const before = await contents()
  const demo = startDemo(
    '--url',
    server.connectionString,
    '--only',
    'acquire',
    'use',
    'exhaustion',
    'load',
    '--queries',
    '100',
  )
  expect(await demo.ended()).toBe(0)
  expect(demo.output()).toContain(`connecting to postgres on 127.0.0.1:${server.port}/postgres as postgres`)
  expect(demo.output()).toContain('Done in')
  expect(demo.output()).not.toContain('temporary folder')
  expect(demo.output()).not.toContain(server.password)
  expect(await contents()).toEqual(before)
  expect(server.pid, "the user's server still runs").toBeDefined()
})

test('a wrong password is told as such, with what to do, and shown nowhere', async () => {
  const demo = startDemo('--url', `postgres://postgres:hunter2@127.0.0.1:${server.port}/postgres`)
  expect(await demo.ended()).toBe(1)
  expect(demo.errors()).toContain('The demo cannot use the database behind --url.')
  expect(demo.errors()).toContain('password authentication failed')
  expect(demo.errors()).toContain('What to do: correct --url')
  expect(demo.output() + demo.errors()).not.toContain('hunter2')
})

test('a port where nobody listens is told as such, without the password', async () => {
  const demo = startDemo('--url', 'postgres://me:hunter2@127.0.0.1:1/app')
  expect(await demo.ended()).toBe(1)
  expect(demo.errors().replaceAll(/\s+/g, ' ')).toContain('ECONNREFUSED 127.0.0.1:1')
  expect(demo.errors()).toContain('What to do:')
  expect(demo.errors()).not.toContain('    at ')
  expect(demo.output() + demo.errors()).not.toContain('hunter2')
})

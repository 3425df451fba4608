// The examples that need a MySQL or MariaDB, and the libraries in them, run for real on one.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'
import { runExample } from './program.js'

const pets = ['rolled back: not like this', "pets: [ 'Rex', 'Mia' ]", "streamed: [ 'Rex', 'Mia' ]"]
const end = ['connections: 1', 'state: closed']

describe.skipIf(mariadbMissing())('On MariaDB', () => {
  let threads: Threads
  let url = ''
  beforeAll(async () => {
    threads = await watchThreads()
    const { user, password, host, port, database } = threads.config
    url = `mysql://${user}:${password}@${host}:${port}/${database}`
  })
  afterAll(() => threads.stop())

  test.each([
    ['mysql2', ['answer: 42', 'state: closed']],
    ['mysql2-kysely', [...pets, ...end]],
    ['mysql2-drizzle', ['rolled back: not like this', "pets: [ 'Max', 'Mia' ]", ...end]],
    ['mysql2-knex', [...pets, ...end]],
  ])('%s.ts does what it says, and leaves no connection', async (name, said) => {
    const { code, output, errors } = await runExample(name, { DATABASE_URL: url })
    expect({ code, errors, output }).toEqual({ code: 0, errors: '', output: said })
    expect(await threads.count()).toBe(0)
  })
})

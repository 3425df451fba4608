// The database of the demo: a PostgreSQL of its own, or the user's.

import type pg from 'pg'
import { postgres } from '../src/db/pg/driver/postgres.js'
import { createPool, type Driver } from '../src/index.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { duration } from './format.js'
import type { Terminal } from './terminal.js'

export interface DemoDatabase {
  readonly driver: Driver<pg.Client>
  /** The demo's own server; undefined if the database is the user's. */
  readonly server: PostgresServer | undefined
  /** What goes with it. */
  readonly farewell: string
  close(): Promise<void>
}

/** The demo cannot begin; the message says why and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** A connect to the user's database that takes longer is as good as none, in a demo. */
const patience = 10_000

/** @throws StartError */
export function openDatabase(url: string | undefined, terminal: Terminal): Promise<DemoDatabase> {
  return url === undefined ? startOwn(terminal) : useGiven(url, terminal)
}

async function startOwn(terminal: Terminal): Promise<DemoDatabase> {
  terminal.step('starting a PostgreSQL of its own, on a free port, in a temporary folder …')
  const start = performance.now()
  let server: PostgresServer
  try {
    server = await startPostgres()
  } catch (error) {
    throw new StartError(
      `The demo could not start a PostgreSQL of its own.\nWhy: ${(error as Error).message}\nWhat to do: use a server that you have: npm start -- --url postgres://user@host:5432/database`,
    )
  }
  const driver = postgres(server.connectionString)
  try {
    const version = await askVersion(driver)
    terminal.step(
      `PostgreSQL ${version} is up on ${server.host}:${server.port} after ${duration(performance.now() - start)}; its folder is ${server.folder}`,
    )
  } catch (error) {
    await server.stop()
    throw new StartError(`The demo's own PostgreSQL does not answer.\nWhy: ${(error as Error).message}`)
  }
  return {
    driver,
    server,
    farewell: 'connections closed, PostgreSQL stopped, folder removed',
    close: () => server.stop(),
  }
}

async function useGiven(url: string, terminal: Terminal): Promise<DemoDatabase> {
  const driver = postgres({ connectionString: url, application_name: 'statepool-demo' })
  terminal.step(`connecting to ${driver.describe?.()} …`)
  try {
    const version = await askVersion(driver)
    terminal.step(`PostgreSQL ${version} answers; nothing will be written into it`)
  } catch (error) {
    throw new StartError(
      `The demo cannot use the database behind --url.\nWhy: ${(error as Error).message}\nWhat to do: correct --url, or leave it away: then the demo starts a PostgreSQL of its own.`,
    )
  }
  return { driver, server: undefined, farewell: 'connections closed', close: async () => {} }
}

async function askVersion(driver: Driver<pg.Client>): Promise<string> {
  await using pool = createPool(driver, { min: 1, max: 1, connectTimeout: patience })
  await pool.ready()
  const { rows } = await pool.use(client => client.query('show server_version'))
  return rows[0].server_version
}

// What PostgreSQL itself says about connections: who is connected, and how to end one from the server's side.

import pg from 'pg'
import { inject } from 'vitest'

export interface Backends {
  /** What clients under test connect with: their `application_name` tells them from those of other test files. */
  readonly config: pg.ClientConfig
  /** How many backends serve such clients. */
  count(): Promise<number>
  /** What `pg_stat_activity` says of one client's backend; undefined when it is gone. */
  stateOf(client: pg.Client): Promise<string | undefined>
  /** Ends one client's backend, and resolves when it is gone. */
  terminate(client: pg.Client): Promise<void>
  /** Ends them all. */
  terminateAll(): Promise<void>
  stop(): Promise<void>
}

/** The server's process of a client; pg knows it and leaves it out of its types. */
const processOf = (client: pg.Client): number => (client as unknown as { processID: number }).processID

/** A look at the shared server, through a connection of its own. */
export async function watchBackends(name: string): Promise<Backends> {
  const server = inject('postgres')
  if (server === undefined)
    throw new Error("No server: vitest's globalSetup must name test/support/postgres.ts.")
  const { host, port, user, password, database } = server
  const config = { host, port, user, password, database, application_name: name }
  const observer = new pg.Client({ ...config, application_name: 'observer' })
  await observer.connect()
  const ask = async (sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
    (await observer.query(sql, values)).rows
  return {
    config,
    count: async () => (await ask('SELECT FROM pg_stat_activity WHERE application_name = $1', name)).length,
    async stateOf(client) {
      const [row] = await ask('SELECT state FROM pg_stat_activity WHERE pid = $1', processOf(client))
      return row?.state as string | undefined
    },
    async terminate(client) {
      await ask('SELECT pg_terminate_backend($1, 5000)', processOf(client))
    },
    async terminateAll() {
      await ask(
        'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1',
        name,
      )
    },
    stop: () => observer.end(),
  }
}

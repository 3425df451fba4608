// What PostgreSQL itself says about connections: who is connected, and how to end one from the server's side.

import pg from 'pg'
import { inject } from 'vitest'

export interface Backends {
  /** What clients under test connect with: their `application_name` tells them from those of other test files. */
  readonly config: pg.ClientConfig
  /** How many backends serve such clients. */
  count(): Promise<number>
  /** How many of them work at this moment. */
  active(): Promise<number>
  /** Looks again and again, until it is told to stop: at most so many backends served such clients, and so many of them worked. */
  watchPeak(): () => Promise<{ connected: number; active: number }>
  /** What `pg_stat_activity` says of one client's backend; undefined when it is gone. */
  stateOf(client: pg.Client): Promise<string | undefined>
  /** Ends one client's backend, and resolves when it is gone. */
  terminate(client: pg.Client): Promise<void>
  /** Asks as the observer. */
  ask(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]>
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
    ask,
    count: async () => (await ask('SELECT FROM pg_stat_activity WHERE application_name = $1', name)).length,
    async active() {
      const sql = "SELECT FROM pg_stat_activity WHERE application_name = $1 AND state = 'active'"
      return (await ask(sql, name)).length
    },
    watchPeak() {
      const peak = { connected: 0, active: 0 }
      let watched = true
      const watch = async (): Promise<void> => {
        while (watched) {
          const rows = await ask('SELECT state FROM pg_stat_activity WHERE application_name = $1', name)
          const active = rows.filter(({ state }) => state !== null && state !== 'idle')
          peak.connected = Math.max(peak.connected, rows.length)
          peak.active = Math.max(peak.active, active.length)
          await new Promise(resolve => setTimeout(resolve, 2))
        }
      }
      const watching = watch()
      return async () => {
        watched = false
        await watching
        return peak
      }
    },
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

// The server's own count of a pool's connections, taken as often as it answers, over a connection that no fault reaches.

import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { PostgresServer } from '../support/postgres-server.js'

/** A backend that serves the pool under test. */
export interface Backend {
  readonly pid: number
  /** The port that the server sees its client at. */
  readonly port: number
  readonly state: string
}

export interface Observer {
  /** The most backends that were seen at once. */
  readonly most: number
  /** The most backends whose client was still there: the others could not know, or were on their way out. */
  readonly mostServing: number
  /** How often it has looked. */
  readonly looks: number
  /** The backends of the pool at this moment. */
  backends(): Promise<readonly Backend[]>
  /** Runs a statement as the superuser. */
  run(sql: string): Promise<void>
  /** Asks as the superuser, until the server answers. */
  ask<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>
  stop(): Promise<void>
}

const look = 10

/**
 * @param role the role that the pool under test logs in as
 * @param serves whether the client of a backend still has its socket
 */
export async function observe(
  server: PostgresServer,
  role: string,
  serves: (backend: Backend) => boolean,
): Promise<Observer> {
  let connecting: Promise<pg.Client> | undefined
  let stopped = false
  let most = 0
  let mostServing = 0
  let looks = 0

  /** One for all who ask: two at a time would be one too many. */
  const connect = (): Promise<pg.Client> => {
    connecting ??= open().catch(error => {
      connecting = undefined
      throw error
    })
    return connecting
  }
  let latest: pg.Client | undefined
  const open = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: server.connectionString, application_name: 'observer' })
    latest = client
    client.on('error', () => {})
    client.on('end', () => {
      if (latest === client) connecting = undefined // else the end of one that has been replaced
    })
    try {
      await client.connect()
    } catch (error) {
      client.connection.stream.destroy()
      throw error
    }
    return client
  }
  /** Asks until the server answers: it is meant to be down at times. */
  const ask = async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> => {
    for (;;) {
      try {
        return (await (await connect()).query<Row>(sql, values)).rows
      } catch (error) {
        if (stopped || !isOutage(error)) throw error
        await pause(look)
      }
    }
  }
  const backends = (): Promise<Backend[]> =>
    ask<{ pid: number; port: number; state: string }>(
      "SELECT pid, client_port AS port, state FROM pg_stat_activity WHERE usename = $1 AND backend_type = 'client backend'",
      [role],
    )
  await connect()
  const watching = (async () => {
    while (!stopped) {
      const seen = await backends().catch(() => [])
      looks++
      most = Math.max(most, seen.length)
      mostServing = Math.max(mostServing, seen.filter(serves).length)
      await pause(look)
    }
  })()

  return {
    get most() {
      return most
    },
    get mostServing() {
      return mostServing
    },
    get looks() {
      return looks
    },
    backends,
    async run(sql) {
      await ask(sql)
    },
    ask,
    async stop() {
      stopped = true
      await watching
      const client = await connecting?.catch(() => undefined)
      await client?.end()
    },
  }
}

/** The server ended the connection or does not take any: 57P.., 53300, or an error of the socket. */
function isOutage(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === undefined || /^(57P|53300|08|E[A-Z]+$)/.test(code)
}

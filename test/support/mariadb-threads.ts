// What MariaDB itself says about connections: who is connected, and how to end one from the server's side.

import { randomBytes } from 'node:crypto'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { inject } from 'vitest'
import { until } from './until.js'

export interface Threads {
  /** What clients under test connect with: an account and a database of this test file's own. */
  readonly config: { host: string; port: number; user: string; password: string; database: string }
  /** How many threads serve such clients. */
  count(): Promise<number>
  /** Ends one thread, and resolves when it is gone. */
  kill(threadId: number): Promise<void>
  /** Asks as root. */
  ask(sql: string, values?: unknown[]): Promise<RowDataPacket[]>
  /** Drops the account and the database. */
  stop(): Promise<void>
}

/** Why there is no server to test on; undefined when there is one. */
export function mariadbMissing(): string | undefined {
  const server = inject('mariadb')
  if (server === undefined)
    throw new Error("No server: vitest's globalSetup must name test/support/mariadb.ts.")
  return 'missing' in server ? server.missing : undefined
}

let counted = 0

/** A look at the server, through a connection of its own. */
export async function watchThreads(): Promise<Threads> {
  const server = inject('mariadb')
  if ('missing' in server) throw new Error(server.missing)
  const name = `statepool_${process.pid}_${++counted}`
  const password = randomBytes(12).toString('hex')
  const observer = await mysql.createConnection(server)
  const ask = async (sql: string, values: unknown[] = []): Promise<RowDataPacket[]> =>
    (await observer.query<RowDataPacket[]>(sql, values))[0]
  await ask('CREATE DATABASE ??', [name])
  // Accounts without a name, which fresh servers have for their own host, come before those for any host.
  for (const host of ['localhost', '127.0.0.1', '%']) {
    await ask('CREATE USER ?@? IDENTIFIED BY ?', [name, host, password])
    await ask('GRANT ALL ON ??.* TO ?@?', [name, name, host])
  }
  const { host, port } = server
  return {
    config: { host, port, user: name, password, database: name },
    count: async () =>
      (await ask('SELECT id FROM information_schema.processlist WHERE user = ?', [name])).length,
    async kill(threadId) {
      await ask('KILL ?', [threadId])
      const gone = async (): Promise<boolean> =>
        (await ask('SELECT id FROM information_schema.processlist WHERE id = ?', [threadId])).length === 0
      await until(gone, 'the thread is gone')
    },
    ask,
    async stop() {
      await ask('DROP DATABASE ??', [name])
      for (const host of ['localhost', '127.0.0.1', '%']) await ask('DROP USER ?@?', [name, host])
      await observer.end()
    },
  }
}

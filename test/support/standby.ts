// A second server that follows a first one: PostgreSQL's own streaming replication, between two embedded servers.

import { execFile } from 'node:child_process'
import { appendFile, chown, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'

const run = promisify(execFile)

/** From its next start on, a server is a standby, until somebody calls `pg_promote()`. */
export async function makeStandby(server: PostgresServer): Promise<void> {
  const data = join(server.folder, 'data')
  const file = join(data, 'standby.signal')
  await writeFile(file, '')
  const { uid, gid } = await stat(data)
  await chown(file, uid, gid)
}

/** Starts a standby of a server, which is stopped for a moment. Its accounts are those of the first one. */
export async function startStandbyOf(primary: PostgresServer): Promise<PostgresServer> {
  const standby = await startPostgres()
  const data = join(standby.folder, 'data')
  await Promise.all([standby.halt(), primary.halt()])
  await rm(data, { recursive: true })
  await run('cp', ['-a', join(primary.folder, 'data'), data])
  const { host, port, user, password } = primary
  const from = `host=${host} port=${port} user=${user} password=${password}`
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${from}'\n`)
  await makeStandby(standby)
  await primary.restart()
  await standby.restart()
  return standby
}

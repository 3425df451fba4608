// A private PgBouncer in front of a PostgreSQL, from the binary that is installed here: starts in a temporary folder, and goes without a trace.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, open, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../support/postgres-server/free-port.js'
import { createGuard } from '../../support/postgres-server/guard.js'
import { findAccount } from '../../support/postgres-server/initialise.js'
import { patience } from './patience.js'

/** What PgBouncer keeps a server connection for. */
export type PoolMode = 'session' | 'transaction'

/** The server behind it. */
export interface Upstream {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface PgBouncer {
  /** What clients connect with: it has a database for each mode, which is the same one on the server. */
  config(mode: PoolMode): { host: string; port: number; user: string; password: string; database: string }
  /** Stops it for good and removes its folder. */
  stop(): Promise<void>
}

const host = '127.0.0.1'

/** Debian has it where only root's PATH goes. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` }

/** Why there is no PgBouncer to test with; undefined when there is one. */
export function pgbouncerMissing(): string | undefined {
  try {
    execFileSync('pgbouncer', ['--version'], { env, stdio: 'ignore' })
    return undefined
  } catch {
    return 'no pgbouncer is installed here'
  }
}

/**
 * Starts one on a free port. If this process ends without calling `stop`, in whatever way, it is stopped and its folder removed.
 * @param settings more lines for its section `[pgbouncer]`, by their names
 * @throws Error with its log, when it does not start.
 */
export async function startPgBouncer(
  upstream: Upstream,
  settings: Record<string, string | number> = {},
): Promise<PgBouncer> {
  const guard = await createGuard()
  const { folder } = guard
  const account = await findAccount() // it refuses to run as root, as PostgreSQL does
  const port = await freePort(host)
  const own = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, text, { mode: 0o600 })
    if (account.uid !== undefined) await chown(path, account.uid, account.gid)
    return path
  }
  if (account.uid !== undefined) await chown(folder, account.uid, account.gid)
  const { user, password } = upstream
  const database = (mode: PoolMode): string =>
    `${mode} = host=${upstream.host} port=${upstream.port} dbname=${upstream.database} pool_mode=${mode}`
  const ini = [
    '[databases]',
    database('session'),
    database('transaction'),
    '[pgbouncer]',
    ...Object.entries({
      listen_addr: host,
      listen_port: port,
      unix_socket_dir: '',
      auth_type: 'plain',
      auth_file: await own('users', `"${user}" "${password}"\n`),
      ...settings,
    }).map(([name, value]) => `${name} = ${value}`),
  ]
  const file = await own('pgbouncer.ini', `${ini.join('\n')}\n`)
  const log = await open(join(folder, 'log'), 'a')
  const bouncer = spawn('pgbouncer', [file], {
    ...account,
    env,
    cwd: folder,
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  })
  let failure: string | undefined
  const ended = new Promise<void>(resolve => {
    bouncer.once('error', error => {
      failure = error.message
      resolve()
    })
    bouncer.once('exit', (code, signal) => {
      failure ??= `it exited with ${signal ?? code}`
      guard.watch(undefined)
      resolve()
    })
  })
  bouncer.unref()
  guard.watch(bouncer.pid)
  await log.close()
  const stop = async (): Promise<void> => {
    if (failure === undefined) {
      bouncer.ref()
      bouncer.kill('SIGKILL')
      await ended
    }
    await guard.dismiss()
  }
  const deadline = performance.now() + patience
  while (!(await listens(port))) {
    if (performance.now() > deadline) failure ??= 'it did not listen'
    if (failure !== undefined) {
      const said = await readFile(join(folder, 'log'), 'utf8').catch(() => '')
      const why = failure
      bouncer.kill('SIGKILL')
      await guard.dismiss()
      throw new Error(`PgBouncer did not start on ${host}:${port}: ${why}.\n${said.slice(-4_000)}`)
    }
    await pause(10)
  }
  return { config: mode => ({ host, port, user, password, database: mode }), stop }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

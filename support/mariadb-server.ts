// A private MariaDB for tests, from the binaries that are installed here: starts in a temporary folder, and goes without a trace.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './postgres-server/free-port.js'
import { createGuard, type Guard } from './postgres-server/guard.js'

const run = promisify(execFile)

export interface MariadbServer {
  readonly host: string
  readonly port: number
  /** The account with all rights, which has no password. */
  readonly user: string
  readonly pid: number
  /** Shuts the server down as an operator would: clients are told. The folder stays. */
  shutDown(): Promise<void>
  /** Stops the server for good and removes its folder. Idempotent. */
  stop(): Promise<void>
}

const host = '127.0.0.1'
const startTimeout = 120_000

/** Debian has it where only root's PATH goes. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` }

/** Whether MariaDB's server is installed here. */
export async function hasMariadb(): Promise<boolean> {
  return run('mariadbd', ['--no-defaults', '--version'], { env }).then(
    () => true,
    () => false,
  )
}

/**
 * Starts a server on a free port of 127.0.0.1, as root or not. If this process ends without calling `stop`, in whatever way, the
 * server is stopped and its folder removed soon after.
 * @param options more of the server's, such as `--log-bin`
 * @throws Error with the server's log, when it does not start.
 */
export async function startMariadb(...options: string[]): Promise<MariadbServer> {
  const guard = await createGuard()
  try {
    return await start(guard, options)
  } catch (error) {
    await guard.dismiss()
    throw error
  }
}

async function start(guard: Guard, options: readonly string[]): Promise<MariadbServer> {
  const { folder } = guard
  const account = process.getuid?.() === 0 ? ['--user=root'] : []
  const data = `--datadir=${join(folder, 'data')}`
  // A server deletes all temporary tables in its temporary folder when it starts, those of other servers too.
  const temporary = `--tmpdir=${folder}`
  const normal = '--auth-root-authentication-method=normal'
  await run('mariadb-install-db', ['--no-defaults', data, temporary, normal, ...account], {
    env,
    cwd: folder,
  })
  const port = await freePort(host)
  const log = await open(join(folder, 'log'), 'a')
  const server = spawn(
    'mariadbd',
    [
      '--no-defaults',
      data,
      temporary,
      ...account,
      `--bind-address=${host}`,
      `--port=${port}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--innodb-flush-log-at-trx-commit=0', // the data need not outlive this process
      '--innodb-buffer-pool-size=16M',
      ...options,
    ],
    { env, cwd: folder, stdio: ['ignore', log.fd, log.fd], detached: true },
  )
  let failure: string | undefined
  const ended = new Promise<void>(resolve => {
    server.once('error', error => {
      failure = error.message
      resolve()
    })
    server.once('exit', (code, signal) => {
      failure ??= `it exited with ${signal ?? code}`
      guard.watch(undefined)
      resolve()
    })
  })
  server.unref()
  guard.watch(server.pid)
  await log.close()
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (failure !== undefined) return
    server.ref()
    server.kill(signal)
    await ended
  }
  const deadline = performance.now() + startTimeout
  while (!(await greets(port))) {
    if (performance.now() > deadline) failure ??= `it was not ready after ${startTimeout} ms`
    if (failure !== undefined) {
      const why = failure
      server.kill('SIGKILL')
      const said = await readFile(join(folder, 'log'), 'utf8').catch(() => '')
      throw new Error(`MariaDB did not start on ${host}:${port}: ${why}.\n${said.slice(-4_000)}`)
    }
    await pause(20)
  }
  let stopped: Promise<void> | undefined
  return {
    host,
    port,
    user: 'root',
    pid: server.pid ?? 0,
    shutDown: () => end('SIGTERM'),
    stop() {
      stopped ??= end('SIGKILL').then(() => guard.dismiss())
      return stopped
    },
  }
}

/** The server speaks first. */
async function greets(port: number): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'data')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

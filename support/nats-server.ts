// A private NATS with JetStream for tests, from the binary that is installed here: what it keeps is in a folder that goes with it.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './postgres-server/free-port.js'
import { createGuard, type Guard } from './postgres-server/guard.js'

export interface NatsServer {
  /** `127.0.0.1:4222`. */
  readonly servers: string
  /** Ends the server as a crash would. */
  kill(): Promise<void>
  /** Starts it again on the same port, with its data or knowing nothing. */
  restart(options?: { empty?: boolean }): Promise<void>
  /** Stops the server for good. Idempotent. */
  stop(): Promise<void>
}

const host = '127.0.0.1'
const startTimeout = 60_000
/** Debian puts it where only root looks. */
const program = async (): Promise<string | undefined> => {
  for (const name of ['nats-server', '/usr/sbin/nats-server'])
    if (await promisify(execFile)(name, ['--version']).then(...yesOrNo)) return name
  return undefined
}
const yesOrNo = [() => true, () => false] as const

/** Whether NATS's server is installed here. */
export const hasNats = async (): Promise<boolean> => (await program()) !== undefined

/**
 * Starts a server on a free port of 127.0.0.1. If this process ends without calling `stop`, in whatever way, the server is stopped soon after.
 * @throws Error when it does not start.
 */
export async function startNats(): Promise<NatsServer> {
  const guard = await createGuard()
  try {
    const port = await freePort(host)
    let running = await start(guard, port)
    const kill = async (): Promise<void> => {
      if (running.exitCode !== null || running.signalCode !== null) return
      const gone = once(running, 'exit')
      running.kill('SIGKILL')
      await gone
      guard.watch(undefined)
    }
    let stopped: Promise<void> | undefined
    return {
      servers: `${host}:${port}`,
      kill,
      async restart({ empty = false } = {}) {
        await kill()
        if (empty) await rm(storeIn(guard), { recursive: true, force: true })
        running = await start(guard, port)
      },
      stop() {
        stopped ??= kill().then(() => guard.dismiss())
        return stopped
      },
    }
  } catch (error) {
    await guard.dismiss()
    throw error
  }
}

const storeIn = ({ folder }: Guard): string => join(folder, 'store')

/** Whether a NATS answers there: it greets each client. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, host)
  try {
    const [greeting] = await once(socket, 'data')
    return String(greeting).startsWith('INFO ')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function start(guard: Guard, port: number): Promise<ChildProcess> {
  const store = ['--jetstream', '--store_dir', storeIn(guard)]
  const server = spawn((await program()) ?? 'nats-server', ['--addr', host, '--port', `${port}`, ...store], {
    cwd: guard.folder,
    stdio: 'ignore',
    detached: true,
  })
  let failure: string | undefined
  server.once('error', error => {
    failure = error.message
  })
  server.once('exit', (code, signal) => {
    failure ??= `it exited with ${signal ?? code}`
  })
  server.unref()
  guard.watch(server.pid)
  const deadline = performance.now() + startTimeout
  while (!(await answers(port))) {
    if (performance.now() > deadline) failure ??= `it was not ready after ${startTimeout} ms`
    if (failure !== undefined) throw new Error(`NATS did not start on ${host}:${port}: ${failure}.`)
    await pause(20)
  }
  return server
}

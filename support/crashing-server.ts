// A private server for tests, from a program that is installed here: it can crash, and start again on the same port.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './postgres-server/free-port.js'
import { createGuard, type Guard } from './postgres-server/guard.js'

export const host = '127.0.0.1'
const startTimeout = 60_000

/** What kind of server it is. */
export interface ServerKind {
  /** What it is called in errors. */
  readonly name: string
  readonly program: string
  /** @param folder one that goes with the server */
  arguments(port: number, folder: string): readonly string[]
  /** Whether one answers there. */
  answers(port: number): Promise<boolean>
}

export interface CrashingServer {
  readonly port: number
  /** One that goes with the server. */
  readonly folder: string
  /** Ends the server as a crash would. */
  kill(): Promise<void>
  /** Starts it on the same port, after it was killed. */
  start(): Promise<void>
  /** Stops the server for good. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts a server on a free port of 127.0.0.1. If this process ends without calling `stop`, in whatever way, the server is stopped soon after.
 * @throws Error when it does not start.
 */
export async function startServer(kind: ServerKind): Promise<CrashingServer> {
  const guard = await createGuard()
  try {
    const port = await freePort(host)
    let running = await start(kind, guard, port)
    const kill = async (): Promise<void> => {
      if (running.exitCode !== null || running.signalCode !== null) return
      const gone = once(running, 'exit')
      running.kill('SIGKILL')
      await gone
      guard.watch(undefined)
    }
    let stopped: Promise<void> | undefined
    return {
      port,
      folder: guard.folder,
      kill,
      async start() {
        running = await start(kind, guard, port)
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

/**
 * What a server says first.
 * @param question what it is told before, if it waits for that
 * @returns undefined when none answers there
 */
export async function firstWords(port: number, question?: string): Promise<string | undefined> {
  const socket = connect(port, host)
  try {
    if (question !== undefined) {
      await once(socket, 'connect')
      socket.write(question)
    }
    const [answer] = await once(socket, 'data')
    return String(answer)
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

async function start(kind: ServerKind, { folder, watch }: Guard, port: number): Promise<ChildProcess> {
  const server = spawn(kind.program, kind.arguments(port, folder), {
    cwd: folder,
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
  watch(server.pid)
  const deadline = performance.now() + startTimeout
  while (!(await kind.answers(port))) {
    if (performance.now() > deadline) failure ??= `it was not ready after ${startTimeout} ms`
    if (failure !== undefined) throw new Error(`${kind.name} did not start on ${host}:${port}: ${failure}.`)
    await pause(20)
  }
  return server
}

// A private Redis for tests, from the binary that is installed here: keeps nothing on disk, and goes without a trace.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './postgres-server/free-port.js'
import { createGuard, type Guard } from './postgres-server/guard.js'

export interface RedisServer {
  readonly url: string
  /** Ends the server as a crash would. All that it knew is gone. */
  kill(): Promise<void>
  /** Starts it again, on the same port, knowing nothing. */
  restart(): Promise<void>
  /** Stops the server for good. Idempotent. */
  stop(): Promise<void>
}

const host = '127.0.0.1'
const startTimeout = 60_000

/** Whether Redis's server is installed here. */
export async function hasRedis(): Promise<boolean> {
  return promisify(execFile)('redis-server', ['--version']).then(
    () => true,
    () => false,
  )
}

/** Whether a Redis answers there. */
export async function redisAnswers(port: number): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    const [answer] = await once(socket, 'data')
    return String(answer).startsWith('+PONG')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/**
 * Starts a server on a free port of 127.0.0.1. If this process ends without calling `stop`, in whatever way, the server is stopped soon after.
 * @throws Error when it does not start.
 */
export async function startRedis(): Promise<RedisServer> {
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
      url: `redis://${host}:${port}`,
      kill,
      async restart() {
        await kill()
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

async function start(guard: Guard, port: number): Promise<ChildProcess> {
  const nothingOnDisk = ['--save', '', '--appendonly', 'no', '--dir', guard.folder]
  const server = spawn('redis-server', ['--bind', host, '--port', String(port), ...nothingOnDisk], {
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
  while (!(await redisAnswers(port))) {
    if (performance.now() > deadline) failure ??= `it was not ready after ${startTimeout} ms`
    if (failure !== undefined) throw new Error(`Redis did not start on ${host}:${port}: ${failure}.`)
    await pause(20)
  }
  return server
}

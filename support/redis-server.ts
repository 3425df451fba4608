// A private Redis for tests, from the binary that is installed here: keeps nothing on disk, and goes without a trace.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { firstWords, host, startServer } from './crashing-server.js'

export interface RedisServer {
  readonly url: string
  /** Ends the server as a crash would. All that it knew is gone. */
  kill(): Promise<void>
  /** Starts it again, on the same port, knowing nothing. */
  restart(): Promise<void>
  /** Stops the server for good. Idempotent. */
  stop(): Promise<void>
}

/** Whether Redis's server is installed here. */
export async function hasRedis(): Promise<boolean> {
  return promisify(execFile)('redis-server', ['--version']).then(
    () => true,
    () => false,
  )
}

/** Whether a Redis answers there. */
export const redisAnswers = async (port: number): Promise<boolean> =>
  (await firstWords(port, 'PING\r\n'))?.startsWith('+PONG') ?? false

/**
 * Starts a server; see {@link startServer}.
 * @throws Error when it does not start.
 */
export async function startRedis(): Promise<RedisServer> {
  const server = await startServer({
    name: 'Redis',
    program: 'redis-server',
    arguments: (port, folder) => [
      ...['--bind', host, '--port', `${port}`],
      ...['--save', '', '--appendonly', 'no', '--dir', folder],
    ],
    answers: redisAnswers,
  })
  const { kill, stop } = server
  const restart = () => kill().then(server.start)
  return { url: `redis://${host}:${server.port}`, kill, restart, stop }
}

// A private NATS with JetStream for tests, from the binary that is installed here: what it keeps is in a folder that goes with it.
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { firstWords, host, startServer } from './crashing-server.js'

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

/** Debian puts it where only root looks. */
const installed = async (): Promise<string | undefined> => {
  for (const name of ['nats-server', '/usr/sbin/nats-server'])
    if (await promisify(execFile)(name, ['--version']).then(...yesOrNo)) return name
  return undefined
}
const yesOrNo = [() => true, () => false] as const

/** Whether NATS's server is installed here. */
export const hasNats = async (): Promise<boolean> => (await installed()) !== undefined

const storeIn = (folder: string): string => join(folder, 'store')

/**
 * Starts a server; see {@link startServer}.
 * @throws Error when it does not start.
 */
export async function startNats(): Promise<NatsServer> {
  const server = await startServer({
    name: 'NATS',
    program: (await installed()) ?? 'nats-server',
    arguments: (port, folder) => [
      ...['--addr', host, '--port', `${port}`],
      ...['--jetstream', '--store_dir', storeIn(folder)],
    ],
    // It greets each client.
    answers: async port => (await firstWords(port))?.startsWith('INFO ') ?? false,
  })
  const { kill, stop } = server
  return {
    servers: `${host}:${server.port}`,
    kill,
    async restart({ empty = false } = {}) {
      await kill()
      if (empty) await rm(storeIn(server.folder), { recursive: true, force: true })
      await server.start()
    },
    stop,
  }
}

// Opens one connection: starts a worker and waits for its greeting, or leaves nothing behind.

import { messageOf } from '../../../core/wording.js'
import { SqliteError } from '../wire/error.js'
import { type Answer, type Greeting, markCalledOff } from '../wire/messages.js'
import { SqliteConnection } from './connection.js'
import type { Host, HostEvents } from './host.js'
import { startProcess } from './hosts/process.js'
import { startThread } from './hosts/thread.js'
import type { Leftovers } from './leftovers.js'
import type { SqliteConfig } from './options.js'
import { placesOfPackages } from './places.js'
import { Session, type SessionEvents } from './session.js'

/** A connection, and what the driver has of it. */
export interface Opened {
  readonly connection: SqliteConnection
  readonly session: Session
  readonly host: Host
}

/**
 * @param leftovers gets the worker when it was started in vain
 * @throws SqliteError when the database cannot be opened; the signal's reason when it aborts.
 */
export function open(
  { opening, isolation, statementTimeout }: SqliteConfig,
  signal: AbortSignal,
  told: SessionEvents,
  leftovers: Leftovers,
): Promise<Opened> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    let session: Session | undefined
    const settle = (): void => signal.removeEventListener('abort', abort)
    const fail = (error: unknown): void => {
      settle()
      host.kill()
      leftovers.add(host)
      reject(error)
    }
    const abort = (): void => {
      if (calledOff !== undefined) markCalledOff(calledOff, 0)
      fail(signal.reason)
    }
    const events: HostEvents = {
      message(message: Answer | Greeting) {
        if (session !== undefined) return session.receive(message as Answer)
        const greeting = message as Greeting
        if ('error' in greeting) return fail(new SqliteError(greeting.error))
        if (signal.aborted) return
        settle()
        session = new Session(host, statementTimeout, told)
        resolve({ connection: new SqliteConnection(session, greeting.engine, host.name), session, host })
      },
      exit(reason) {
        if (session === undefined) {
          return fail(
            new SqliteError({
              code: 'CONNECTION_LOST',
              message: beforeItWasOpen(reason),
              cause: reason.cause,
              lost: true,
              remedy: isolation === 'process' ? processRemedy : threadRemedy,
            }),
          )
        }
        session.lose(`The connection was lost: ${reason.message}.`, reason.cause)
      },
    }
    let calledOff: Int32Array | undefined
    const host = start()
    signal.addEventListener('abort', abort)
    host.post({ ...opening, places: placesOfPackages(), calledOff })

    function start(): Host {
      if (isolation === 'process') return startProcess(events)
      const thread = startThread(events)
      calledOff = thread.slots
      return thread.host
    }
  })
}

const threadRemedy =
  'Find out what ended the thread that runs SQLite: its memory limit, or a SQLite library built for another version of Node (npm rebuild)'

const processRemedy =
  "Find out what ended the process that runs SQLite: process.execPath must be Node and be allowed to start processes. With isolation: 'thread' the pool starts none"

/** What a worker died of before it greeted: a library that cannot be loaded, say. */
function beforeItWasOpen({ message, cause }: Error): string {
  const why = cause === undefined ? '' : `: ${messageOf(cause)}`
  return `${message} before the database was open${why}`
}

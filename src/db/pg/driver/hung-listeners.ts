// What holders hang on a client, on its connection or on its socket.

import type { EventEmitter } from 'node:events'
import type pg from 'pg'
import { KeptListeners, type Notes } from '../../listeners.js'
import { wired } from './wired.js'

/** The listeners of a client and of what is beneath it, as they were when this was made. */
export class HungListeners {
  readonly #client: pg.Client
  readonly #ofClient: KeptListeners | undefined
  readonly #ofConnection: KeptListeners | undefined
  readonly #ofStream: KeptListeners | undefined

  constructor(client: pg.Client, notes: Notes) {
    this.#client = client
    const { connection } = wired(client)
    this.#ofClient = listenersOf(client, notes)
    this.#ofConnection = listenersOf(connection, notes)
    this.#ofStream = listenersOf(connection.stream, notes)
  }

  /** Removes what came since. */
  remove(): void {
    this.#ofClient?.restore()
    if (wired(this.#client).readyForQuery !== true) return // what runs may have its own there: a COPY reads from the socket itself
    this.#ofConnection?.restore()
    this.#ofStream?.restore()
  }
}

/** A mock need not tell which listeners it has, nor a stream of the application's own. */
function listenersOf(emitter: EventEmitter, notes: Notes): KeptListeners | undefined {
  return typeof emitter.rawListeners === 'function' ? new KeptListeners(emitter, notes) : undefined
}

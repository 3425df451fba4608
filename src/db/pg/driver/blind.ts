// Stands in for the connection of a client that has none: a mock with pg's documented methods, or pg-native's.
//
// Nothing is known of such a client's session but what the client itself tells by its events: it is leased as it is, as pg-pool does.

import { EventEmitter } from 'node:events'
import type pg from 'pg'

/** What may be there of pg's documented interface. */
interface Documented {
  readonly _queryable?: boolean
  readonly _ending?: boolean
  end?(callback: () => void): unknown
  on?(event: string, listener: () => void): unknown
  ref?(): void
  unref?(): void
}

/** What the driver reads of a client's wires. */
interface StandIn {
  readonly readyForQuery: boolean
  readonly _queryable: boolean
  readonly _ending: boolean
  readonly connection: object
}

const standIns = new WeakMap<pg.Client, StandIn>()

/** Whether a client is one without a connection, or with something in its place that only its own class can use. */
export function isBlind(client: pg.Client): boolean {
  const connection = client.connection as Partial<pg.Connection> | null | undefined
  return typeof connection?.on !== 'function' || typeof connection.stream?.destroy !== 'function'
}

/** What the driver sees of such a client in the place of its wires. */
export function standIn(client: pg.Client): object {
  let known = standIns.get(client)
  if (known === undefined) {
    known = makeStandIn(client as unknown as Documented)
    standIns.set(client, known)
  }
  return known
}

function makeStandIn(client: Documented): StandIn {
  const connection = new EventEmitter()
  let ended: Promise<void> | undefined
  const end = (): Promise<void> => {
    ended ??= endClient(client).then(() => {
      connection.emit('end')
    })
    return ended
  }
  const stream = {
    destroyed: false,
    destroy(): void {
      stream.destroyed = true
      void end()
    },
    ref: () => client.ref?.(),
    unref: () => client.unref?.(),
  }
  client.on?.('end', () => {
    stream.destroyed = true
    ended ??= Promise.resolve()
    connection.emit('end')
  })
  return {
    readyForQuery: true,
    get _queryable() {
      return client._queryable !== false
    },
    get _ending() {
      return client._ending === true
    },
    connection: Object.assign(connection, { stream, end }),
  }
}

/** Settles when the client says that it has ended, in whichever way it does; never rejects. */
function endClient(client: Documented): Promise<void> {
  return new Promise(resolve => {
    try {
      const promise = client.end?.(() => resolve())
      if (promise instanceof Promise) promise.then(() => resolve(), resolve)
      else if (client.end === undefined || client.end.length === 0) resolve() // it takes no callback
    } catch {
      resolve()
    }
  })
}

/** Says what a client cannot have. */
export function needsConnection(what: string): TypeError {
  return new TypeError(
    `${what} needs a Client with a connection, which shows whether a transaction is open; this pool's Client has none. Pass pg's Client or a subclass of it.`,
  )
}

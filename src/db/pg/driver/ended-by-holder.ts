// A holder that ends its client while a statement runs has pg destroy the socket. A PgBouncer would not know by then what a request to cancel
// means, and the statement would run on: so the socket stays until the pool, which is told of the end, has had the statement cancelled.

import type pg from 'pg'
import { wired } from './wired.js'

/**
 * Has calls of `socket.destroy()` asked about first; those with an error are no holder's wish.
 * @param takesOver whether the pool sees to the end of the socket
 * @param tell what tells the pool that the client has ended, in a turn of its own, as pg does
 */
export function askBeforeDestroy(
  client: pg.Client,
  takesOver: () => boolean,
  tell: (reason: Error) => void,
): void {
  const { stream } = wired(client).connection
  const { destroy } = stream
  stream.destroy = (error, ...callback) => {
    // One that has ended already, or TLS whose socket has gone, Node destroys by itself.
    if (error !== undefined || stream.readableEnded || isCutOff(stream) || !takesOver())
      return destroy.call(stream, error, ...callback)
    process.nextTick(() => {
      if (!takesOver()) return
      if (wired(client)._ending) tell(new Error('Connection terminated'))
      else client.emit('error', new Error('Connection terminated unexpectedly'))
    })
    return stream
  }
}

/** Tells of `connection.end()` by the call itself: the socket shows it later, and an older pg (8.11) sets `_ending` for each extended query, too. */
export function noteEnd(connection: { end?: () => unknown }, ended: () => void): void {
  const { end } = connection
  if (typeof end !== 'function') return
  connection.end = () => {
    ended()
    return end.call(connection)
  }
}

/** The socket beneath a TLS stream is gone. */
function isCutOff(stream: object): boolean {
  return (
    (stream as { readonly _parent?: { readonly destroyed?: boolean } | null })._parent?.destroyed === true
  )
}

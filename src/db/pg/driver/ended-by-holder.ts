// A holder that ends its client while a statement runs has pg destroy the socket.

import type { Socket } from 'node:net'
import type pg from 'pg'
import { askBeforeDestroy } from '../../ended-by-holder.js'
import { wired } from './wired.js'

/**
 * Has the pool asked before the client's socket is destroyed.
 * @param takesOver whether the pool sees to the end of the socket
 * @param tell what tells the pool that the client has ended, as pg does
 */
export function askBeforeEnd(
  client: pg.Client,
  takesOver: () => boolean,
  tell: (reason: Error) => void,
): void {
  askBeforeDestroy(wired(client).connection.stream as Socket, takesOver, () => {
    if (wired(client)._ending) tell(new Error('Connection terminated'))
    else client.emit('error', new Error('Connection terminated unexpectedly'))
  })
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

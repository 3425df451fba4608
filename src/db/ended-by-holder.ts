// A holder that destroys its socket while a statement runs. The server does not notice while it works on the statement, and behind a proxy no request
// to cancel would find it any more: so the socket stays until the pool, which is told, has had the statement cancelled.

import type { Socket } from 'node:net'

/**
 * Has calls of `stream.destroy()` asked about first; those with an error are no holder's wish.
 * @param takesOver whether the pool sees to the end of the socket
 * @param tell what tells the pool, in a turn of its own
 */
export function askBeforeDestroy(stream: Socket, takesOver: () => boolean, tell: () => void): void {
  const { destroy } = stream
  stream.destroy = (error, ...callback) => {
    // One that has ended already, or TLS whose socket has gone, Node destroys by itself.
    if (error !== undefined || stream.readableEnded || isCutOff(stream) || !takesOver())
      return destroy.call(stream, error, ...callback)
    process.nextTick(() => {
      if (takesOver()) tell()
    })
    return stream
  }
}

/** The socket beneath a TLS stream is gone. */
function isCutOff(stream: object): boolean {
  return (
    (stream as { readonly _parent?: { readonly destroyed?: boolean } | null })._parent?.destroyed === true
  )
}

// The limit: an array of free connections, and a promise for a caller who has to wait. It checks nothing and knows nothing.

import type { Peer } from '../peer.js'

/** All of `max` are open from the start. */
export const limit: Peer = {
  name: 'limit',
  kind: 'limit',
  async open(source, { max }) {
    type C = Awaited<ReturnType<typeof source.connect>>
    const all = await Promise.all(Array.from({ length: max }, () => source.connect()))
    const free = [...all]
    let waiting: ((connection: C) => void)[] = []
    let next = 0
    return {
      acquire() {
        const connection = free.pop()
        return connection === undefined
          ? new Promise<C>(resolve => waiting.push(resolve))
          : Promise.resolve(connection)
      },
      connectionOf: (connection: C) => connection,
      release(connection: C) {
        if (next === waiting.length) {
          free.push(connection)
          return
        }
        const resolve = waiting[next++]
        if (next > 1_000 && next * 2 > waiting.length) {
          waiting = waiting.slice(next)
          next = 0
        }
        resolve?.(connection)
      },
      async close() {
        await Promise.all(all.map(connection => source.close(connection)))
      },
    }
  },
}

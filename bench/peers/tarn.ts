// tarn: no validation. Every acquire has a deadline, which cannot be switched off: the default, 30 s, or the scenario's.

import { Pool } from 'tarn'
import { fill, type Peer } from '../peer.js'

/** It looks for idle connections on an interval that cannot be switched off: once in a quarter of an hour, so not at all. */
const never = 900_000

export const tarn: Peer = {
  name: 'tarn',
  kind: 'rival',
  async open(source, { min, max, acquireTimeout }) {
    type C = Awaited<ReturnType<typeof source.connect>>
    const pool = new Pool<C>({
      create: () => source.connect(),
      destroy: connection => source.close(connection),
      min,
      max,
      idleTimeoutMillis: never,
      reapIntervalMillis: never,
      ...(acquireTimeout !== undefined && { acquireTimeoutMillis: acquireTimeout }),
    })
    type Pending = ReturnType<typeof pool.acquire>
    return fill(
      {
        acquire: () => pool.acquire().promise,
        connectionOf: (connection: C) => connection,
        release: (connection: C) => void pool.release(connection),
        // An acquire of tarn's is itself what its caller aborts it by.
        acquireAbortable(token: unknown) {
          const pending = pool.acquire()
          ;(token as { pending?: Pending }).pending = pending
          return pending.promise
        },
        abortables: (count: number) =>
          Array.from({ length: count }, () => {
            const token: { pending?: Pending } = {}
            return { token, abort: () => token.pending?.abort() }
          }),
        async close() {
          await pool.destroy()
        },
      },
      min,
    )
  },
}

// What is published on the tracing channels of Node's diagnostics_channel, as its conventions want it.
import { acquires, connects, type TraceChannel, transactions } from './channels.js'
import type { Tracer } from './tracer.js'

/** The messages carry names and numbers, no leases and no connections: who listens should not be able to use them. */
export const channelTracer: Tracer = {
  acquire(pool, request, run, terms) {
    const message = { pool, request, ...terms }
    acquires.start.runStores(message, run)
    acquires.end.publish(message)
    return ({ lease, connection, position, error }) => {
      if (lease !== undefined) tellEnd(acquires, { ...asResult({ lease, connection, position }) }, message)
      else if (error !== undefined) tellEnd(acquires, { error }, message)
      else tellEnd(acquires, asResult({ shared: true, position }), message)
    }
  },

  connect(pool, connection) {
    const message = { pool, connection }
    // Later: the pool is in the midst of a message. Who listens must not run there.
    queueMicrotask(() => {
      connects.start.publish(message)
      connects.end.publish(message)
    })
    return ({ error, reason }) => {
      queueMicrotask(() => {
        if (error !== undefined) tellEnd(connects, { error }, message)
        else tellEnd(connects, asResult(reason === undefined ? 'open' : reason), message)
      })
    }
  },

  transaction(pool, { isolation, readOnly }, run) {
    return transactions.tracePromise(run, { pool, isolation, readOnly })
  },
}

const asResult = (result: unknown) => ({ result })

function tellEnd(channel: TraceChannel, outcome: object, message: object): void {
  Object.assign(message, outcome)
  if ('error' in outcome) channel.error.publish(message)
  channel.asyncStart.publish(message)
  channel.asyncEnd.publish(message)
}

// The diagnostics channel of mysql2's pool, on which tracers hear of each getConnection().

import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { TracedServer } from './bases.js'

const connects = tracingChannel('mysql2:pool:connect')
const started = channel('tracing:mysql2:pool:connect:start')

/** Runs `work` with the callback, and publishes what mysql2 does if a tracer listens. */
export function traced<C extends (...values: never[]) => unknown>(
  { database = '', host = 'localhost', port = 3306, socketPath }: TracedServer,
  work: (callback: C) => void,
  callback: C,
): void {
  // Node 18 has it only for the parts of a channel.
  if (!(connects.hasSubscribers ?? started.hasSubscribers)) {
    work(callback)
    return
  }
  const context = {
    database,
    serverAddress: socketPath ?? host,
    serverPort: socketPath === undefined ? port : undefined,
  }
  connects.traceCallback(work as (callback: unknown) => void, 0, context, undefined, callback)
}

// A process that delays what goes to and from a server, so that the measured process does not pay for it. It ends with its parent.

import { startFaultProxy } from '../support/fault-proxy.js'

/** Each way takes so long, in milliseconds. */
const delay = 2

process.once('message', async ({ host, port }: { readonly host: string; readonly port: number }) => {
  const proxy = await startFaultProxy({ host, port })
  proxy.delay({ toServer: delay, toClient: delay })
  process.send?.(proxy.port)
})
process.once('disconnect', () => process.exit())

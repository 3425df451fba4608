// The server is restarted: clients are told that it shuts down, and it is back in a quarter of a second.

import type { Scenario } from '../scenario.js'

export const restart: Scenario = {
  name: 'restart',
  title: 'the server is restarted under 20 busy workers',
  through: 'server',
  // While it shuts down, a connection that had just been opened can be ended as well: so more than there are connections.
  bounds: { inFlight: 20, recovery: 3_000 },
  strike: ({ server }) => server.halt(),
  lift: ({ server }) => server.restart(),
}

/** Connections that are idle are lost as well, and must not be lent. */
export const restartAtEase: Scenario = {
  ...restart,
  name: 'restart-at-ease',
  title: 'the server is restarted while most connections are idle',
  work: { rest: 300 },
}

// The server is stopped, and stays away for three seconds: who waits is served when it is back.

import type { Scenario } from '../scenario.js'

export const outage: Scenario = {
  name: 'outage',
  title: 'the server is stopped for 3 s',
  through: 'server',
  bounds: { inFlight: 20, recovery: 5_000 },
  strike: ({ server }) => server.halt(),
  lasts: 3_000,
  lift: ({ server }) => server.restart(),
}

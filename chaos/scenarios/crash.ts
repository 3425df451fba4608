// The server crashes (kill -9 of its first process) and is started again: no goodbye to anyone.

import { processesEnd } from '../processes.js'
import type { Scenario } from '../scenario.js'

export const crash: Scenario = {
  name: 'crash',
  title: 'kill -9 of the server, started again',
  through: 'server',
  bounds: { inFlight: 20, recovery: 3_000 },
  async strike({ server, observer }) {
    const backends = await observer.backends()
    await server.kill()
    await processesEnd(backends.map(({ pid }) => pid)) // they look whether it is there when they are done with their queries
  },
  lift: ({ server }) => server.restart(),
}

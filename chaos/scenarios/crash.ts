// The server crashes (kill -9 of its first process) and is started again: no goodbye to anyone.

import { setTimeout as pause } from 'node:timers/promises'
import type { Scenario } from '../scenario.js'

export const crash: Scenario = {
  name: 'crash',
  title: 'kill -9 of the server, started again',
  through: 'server',
  bounds: { inFlight: 20, recovery: 3_000 },
  async strike({ server }) {
    await server.kill()
    await pause(50) // its backends look whether it is there when they are done with their queries
  },
  lift: ({ server }) => server.restart(),
}

// Processes of the server stand still (SIGSTOP): one backend, or the whole server. Nobody is told; queries are not answered.

import type { Scenario } from '../scenario.js'

export const backendStopped: Scenario = {
  name: 'backend-stopped',
  title: 'one backend stands still (SIGSTOP) for 2 s',
  through: 'server',
  bounds: { inFlight: 1, others: 1, recovery: 3_000, deaf: true },
  async strike({ observer, suspend }) {
    const [victim] = await observer.backends()
    if (victim === undefined) throw new Error('There is no backend to stop.')
    await suspend([victim.pid])
  },
  lasts: 2_000,
  lift: ({ resume }) => resume(),
}

export const serverStopped: Scenario = {
  name: 'server-stopped',
  title: 'the whole server stands still (SIGSTOP) for 3 s',
  through: 'server',
  bounds: { inFlight: 10, others: 2, recovery: 5_000, deaf: true },
  async strike({ server, observer, suspend }) {
    const backends = await observer.backends()
    await suspend([...(server.pid === undefined ? [] : [server.pid]), ...backends.map(({ pid }) => pid)])
  },
  lasts: 3_000,
  lift: ({ resume }) => resume(),
}

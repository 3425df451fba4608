// Half-open connections: one side has gone, and the other one is not told.

import type { Scenario } from '../scenario.js'

export const halfOpenServer: Scenario = {
  name: 'half-open-server',
  title: 'half-open: the server’s side of all connections is gone without notice',
  through: 'proxy',
  bounds: { inFlight: 10, others: 2, recovery: 3_000, deaf: true },
  async strike({ proxy }) {
    proxy.halfOpen('server')
  },
}

/**
 * Idle connections are dead too. The first query that is not answered makes all others prove themselves; it is told after a second, and in that
 * time the workers have tried every one of them.
 */
export const halfOpenAtEase: Scenario = {
  ...halfOpenServer,
  bounds: { ...halfOpenServer.bounds, others: 10 },
  name: 'half-open-at-ease',
  title: 'half-open, the server’s side gone, while most connections are idle',
  work: { rest: 300 },
}

export const halfOpenClient: Scenario = {
  name: 'half-open-client',
  title: 'half-open: all connections are reset, and the server is told 1 s later',
  through: 'proxy',
  bounds: { inFlight: 10, recovery: 3_000, deaf: true },
  async strike({ proxy }) {
    proxy.halfOpen('client')
  },
  lasts: 1_000,
  lift: ({ proxy }) => proxy.pass(),
}

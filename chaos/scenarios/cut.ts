// Connections are cut: by an RST, or in the middle of a result.

import { setTimeout as pause } from 'node:timers/promises'
import type { Scenario } from '../scenario.js'

export const reset: Scenario = {
  name: 'reset',
  title: 'RST of all connections, five times',
  through: 'proxy',
  work: { rest: 100 }, // some are idle
  bounds: { inFlight: 50, recovery: 3_000 },
  async strike({ proxy }) {
    proxy.reset()
  },
  again: { times: 5, apart: 150 },
}

export const cut: Scenario = {
  name: 'cut',
  title: 'all connections are cut in the middle of a result',
  through: 'proxy',
  work: { sql: "SELECT $1::int AS number, repeat('x', 20000) AS filling, pg_sleep(0.02)" },
  bounds: { inFlight: 10, recovery: 3_000 },
  async strike({ proxy }) {
    const cut = new Set(proxy.links)
    proxy.limit(10_000, 'cut')
    while (proxy.links.some(link => cut.has(link))) await pause(1)
  },
}

// The network stops carrying bytes, or carries them late, and tells nobody.

import type { Scenario } from '../scenario.js'

export const frozen: Scenario = {
  name: 'frozen',
  title: 'the network stands still for 3 s',
  through: 'proxy',
  bounds: { inFlight: 10, others: 2, recovery: 5_000, deaf: true },
  async strike({ proxy }) {
    proxy.freeze()
  },
  lasts: 3_000,
  lift: ({ proxy }) => proxy.pass(),
}

export const lossy: Scenario = {
  name: 'lossy',
  title: 'all that the server says is lost, for 2 s',
  through: 'proxy',
  bounds: { inFlight: 10, others: 2, recovery: 5_000, deaf: true },
  async strike({ proxy }) {
    proxy.drop('toClient')
  },
  lasts: 2_000,
  lift: ({ proxy }) => proxy.pass(),
}

export const slow: Scenario = {
  name: 'slow',
  title: 'everything arrives 50 ms late each way, for 2 s',
  through: 'proxy',
  bounds: { inFlight: 0, recovery: 3_000 },
  async strike({ proxy }) {
    proxy.delay({ toServer: 50, toClient: 50 })
  },
  lasts: 2_000,
  lift: ({ proxy }) => proxy.pass(),
}

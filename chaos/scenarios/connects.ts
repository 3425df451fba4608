// All connections are reset, and new ones do not come about: they are accepted and not answered, or refused.

import type { Scenario } from '../scenario.js'

export const silent: Scenario = {
  name: 'silent',
  title: 'RST of all; connects are accepted and not answered, for 2.5 s',
  through: 'proxy',
  bounds: { inFlight: 10, recovery: 5_000 },
  async strike({ proxy }) {
    proxy.mute()
    proxy.reset()
  },
  lasts: 2_500,
  lift: ({ proxy }) => proxy.pass(),
}

export const refused: Scenario = {
  name: 'refused',
  title: 'RST of all; connects are refused, for 2 s',
  through: 'proxy',
  bounds: { inFlight: 10, recovery: 5_000 },
  async strike({ proxy }) {
    await proxy.refuse()
    proxy.reset()
  },
  lasts: 2_000,
  lift: ({ proxy }) => proxy.pass(),
}

// One backend is killed (kill -9, as the kernel does when memory is short): PostgreSQL then ends all others and recovers.

import { signal } from '../../support/postgres-server/suspend.js'
import type { Scenario } from '../scenario.js'

export const backendKilled: Scenario = {
  name: 'backend-killed',
  title: 'kill -9 of one backend: the server ends them all and recovers',
  through: 'server',
  bounds: { inFlight: 20, recovery: 3_000 },
  async strike({ observer }) {
    const [victim] = await observer.backends()
    if (victim === undefined) throw new Error('There is no backend to kill.')
    signal(victim.pid, 'SIGKILL')
    await observer.backends() // answered when the server is back
  },
}

// The role's password is changed and its sessions are ended; the app's own secret follows half a second later.

import type { Scenario } from '../scenario.js'
import { terminate } from './terminated.js'

export const changedPassword: Scenario = {
  name: 'changed-password',
  title: 'the password is changed and all sessions end; the app learns the new one 0.5 s later',
  through: 'server',
  bounds: { inFlight: 10, recovery: 2_000 },
  async strike(stage) {
    await stage.observer.run(`ALTER ROLE ${stage.role.name} PASSWORD 'second'`)
    await terminate(stage)
  },
  lasts: 500,
  async lift({ role }) {
    role.password = 'second'
  },
}

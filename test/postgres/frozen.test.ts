// A process that is stopped (SIGSTOP, a suspended container, a laptop that sleeps) for longer than its deadlines, while the answers
// arrive: when it goes on, none of them has passed.

import { expect, inject, it } from 'vitest'
import { bundle } from '../support/bundle.js'
import { reportOfFrozen } from '../support/frozen.js'

const program = await bundle('test/support/programs/pools-while-frozen.ts')

it('no deadline passes, no caller fails and no connection is closed', async () => {
  const { host, port, user, password, database } = inject('postgres')
  const outcomes = await reportOfFrozen(program, { host, port, user, password, database })
  const well = { outcome: 'well', opened: 1, lost: 0, failedConnects: 0, timedOut: 0, cutOff: 0 }
  expect(outcomes).toEqual(Object.fromEntries(Object.keys(outcomes).map(name => [name, well])))
  expect(Object.keys(outcomes)).toHaveLength(25)
})

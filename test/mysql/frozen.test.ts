// A process that is stopped for longer than its deadlines, mysql2's own among them, while the answers arrive: none of them has passed.

import { expect, it } from 'vitest'
import { bundle } from '../support/bundle.js'
import { reportOfFrozen } from '../support/frozen.js'
import { mariadbMissing, watchThreads } from '../support/mariadb-threads.js'

it.skipIf(mariadbMissing())('no deadline passes, no caller fails and no connection is closed', async () => {
  const program = await bundle('test/support/programs/mysql-pools-while-frozen.ts')
  const threads = await watchThreads()
  try {
    const outcomes = await reportOfFrozen(program, threads.config)
    const well = { outcome: 'well', opened: 1, lost: 0, failedConnects: 0, timedOut: 0 }
    expect(outcomes).toEqual(Object.fromEntries(Object.keys(outcomes).map(name => [name, well])))
    expect(Object.keys(outcomes)).toHaveLength(19)
  } finally {
    await threads.stop()
  }
})

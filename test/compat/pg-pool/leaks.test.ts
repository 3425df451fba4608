// A client that is not released is told of, with the place in the application where it was taken.

import type pg from 'pg'
import { expect, it } from 'vitest'
import type { PoolNotice } from '../../../src/index.js'
import { dropIn } from '../../support/drop-in.js'
import { catchWarnings } from '../../support/process-warnings.js'
import { until } from '../../support/until.js'

it('leakWarning says where connect() was called', async () => {
  const warnings = catchWarnings()
  await using pool = dropIn({ statepool: { leakWarning: 20 } })
  const leaks: PoolNotice[] = []
  pool.statepool.events$.subscribe(event => event.type === 'lease.leaked' && leaks.push(event))
  const takenHere = (): Promise<pg.PoolClient> => pool.connect()
  const client = await takenHere()
  await until(() => leaks.length > 0, 'the leak is told')
  client.release()
  expect(leaks).toMatchObject([{ acquiredFrom: expect.stringContaining('takenHere') }])
  expect(warnings[0]).toMatchObject({ code: 'STATEPOOL_LEAK', detail: expect.stringContaining('takenHere') })
})

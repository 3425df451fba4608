// Nothing looks at the transitions: then nothing of the tap runs. V8 counts the calls of each function.

import { Session } from 'node:inspector/promises'
import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

/** How often each function of the file that tells taps is called meanwhile, of those that are called. */
async function callsOfTap(work: () => Promise<void>): Promise<Record<string, number>> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    await work()
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const functions = result
      .filter(({ url }) => url.endsWith('/machines/compiled/tap.ts'))
      .flatMap(script => script.functions)
      .filter(({ functionName }) => functionName !== '')
    return Object.fromEntries(
      functions.flatMap(({ functionName, ranges }) =>
        ranges[0] !== undefined && ranges[0].count > 0 ? [[functionName, ranges[0].count]] : [],
      ),
    )
  } finally {
    await session.post('Profiler.stopPreciseCoverage')
    session.disconnect()
  }
}

it('an acquire and a release run nothing of the tap before the first observer comes and after the last one has left', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2 })
  await clock.advance(100)
  const leases = async () => {
    for (let count = 0; count < 100; count++) (await pool.acquire()).release()
  }
  await leases()
  expect(await callsOfTap(leases)).toEqual({})
  let told = 0
  const stop = pool.transitions(() => told++)
  expect(await callsOfTap(leases)).toMatchObject({ tapOf: told })
  expect(told).toBeGreaterThanOrEqual(300)
  stop()
  expect(await callsOfTap(leases)).toEqual({})
})

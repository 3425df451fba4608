// A pool in simulated time, and a thousand whole lives of one: no second of it passes. Run it with `npx tsx examples/simulated-time.ts`.

// #region clock
import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'
import { createSimulatedClock } from 'statepool/testing'

const clock = createSimulatedClock()
const driver = simulated({ clock })
const pool = createPool(driver, { clock, random: () => 0 })
await clock.advance(100) // the connections are up: a simulated connect takes 100 ms
// #endregion
console.log('idle:', pool.stats().idle)
const closed = pool.close()
await clock.advance(100)
await closed

// #region seeds
import { simulate } from 'statepool/testing'

for (let seed = 1; seed <= 100; seed++) await simulate({ seed })
// #endregion
console.log('100 lives, and no invariant was broken')

// Who holds the connections, and who waits for one: what to look at when the pool is exhausted.

import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'

// With leakWarning the pool remembers where each caller called.
const pool = createPool(simulated({ connectLatency: 20 }), { min: 0, max: 2, leakWarning: 60_000 })

const openReport = () => pool.acquire()
const runNightlyJob = () => pool.acquire()
const checkOut = () => pool.acquire({ priority: 5 })
const sendNewsletter = () => pool.acquire()

const leases = [await openReport(), await runNightlyJob()]
const callers = [sendNewsletter(), checkOut()]

for (const { lease, connection, acquiredFrom } of pool.leases())
  console.log(`lease ${lease} is held on ${connection} ${firstLine(acquiredFrom)}`)
for (const { position, priority, timeout, acquiredFrom } of pool.waiting())
  console.log(
    `position ${position}, priority ${priority}, up to ${timeout} ms: called ${firstLine(acquiredFrom)}`,
  )

for (const lease of leases) lease.release()
for (const lease of await Promise.all(callers)) lease.release()
console.log(`afterwards: ${pool.leases().length} leases, ${pool.waiting().length} callers`)
await pool.close()

/** `at openReport` of a stack whose first line is `at openReport (/app/report.js:12:34)`. */
function firstLine(stack = 'from somewhere'): string | undefined {
  return stack.split(' (', 1)[0]
}

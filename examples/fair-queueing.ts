// Tenants take turns: one that asks a hundred times as often does not keep the others waiting. Lanes keep slow work apart.

import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'

const pool = createPool(simulated({ queryLatency: 2 }), { min: 2, max: 2 })
await pool.ready()
const served: string[] = []

// #region core
async function handle(customer: string, plan: 'free' | 'paid') {
  const options = { tenant: customer, weight: plan === 'paid' ? 2 : 1 }
  return pool.use(connection => connection.query('SELECT 1'), options)
}
// #endregion

const ask = (customer: string, plan: 'free' | 'paid' = 'free') =>
  handle(customer, plan).then(() => served.push(customer))
const all = Array.from({ length: 100 }, () => ask('busy'))
all.push(ask('quiet'), ask('paying', 'paid'), ask('paying', 'paid'))
console.log(
  `next: ${pool
    .waiting()
    .slice(0, 5)
    .map(({ tenant }) => tenant)
    .join(', ')}`,
)
await Promise.all(all)
console.log(
  `quiet was served ${served.indexOf('quiet') < 6 ? 'among the first six' : 'late'} of ${served.length}`,
)
await pool.close()

// #region lanes
const shop = createPool(simulated({ queryLatency: 2 }), { max: 10, lanes: { reports: { max: 3 } } })

const report = () => shop.use(connection => connection.query('SELECT 2'), { lane: 'reports' })
// #endregion

const reports = Array.from({ length: 8 }, report)
console.log('reports:', shop.stats().lanes?.reports)
await Promise.all(reports)
await shop.close()

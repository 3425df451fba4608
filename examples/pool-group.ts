// A pool for each tenant, and one cap over all of them. Run it with `npx tsx examples/pool-group.ts`.

import { createPool, type Pool, poolGroup } from 'statepool'
import { type SimulatedConnection, simulated } from 'statepool/simulated'

// #region group
const group = poolGroup({ max: 4, name: 'tenants' })
const pools = new Map<string, Pool<SimulatedConnection>>()

function poolOf(tenant: string): Pool<SimulatedConnection> {
  let pool = pools.get(tenant)
  if (pool === undefined) {
    pool = createPool(simulated({ seed: pools.size }), { name: tenant, group })
    pools.set(tenant, pool)
  }
  return pool
}
// #endregion

// Ten tenants, two statements each at the same time: never more than four connections.
await Promise.all(
  Array.from({ length: 20 }, (_, n) =>
    poolOf(`tenant-${n % 10}`).use(connection => connection.query(`select ${n}`)),
  ),
)
const { connections, max } = group.stats()
console.log(`${pools.size} pools have ${connections} of at most ${max} connections`)

// One tenant takes all of them: the connections of the others were idle, and give way.
const leases = await Promise.all(Array.from({ length: 4 }, () => poolOf('tenant-0').acquire()))
console.log(group.stats().pools.filter(({ connections }) => connections > 0))

// Then another one waits in vain, and learns who has them.
await poolOf('tenant-1')
  .acquire({ timeout: 100 })
  .catch(error => console.log(error.message.split('\n')[1].trim()))

for (const lease of leases) lease.release()
await Promise.all([...pools.values()].map(pool => pool.close()))

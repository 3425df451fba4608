// A budget that many processes share; here two pools stand for two of them. Run it with `DATABASE_URL=postgres://… npx tsx examples/fleet.ts`.

import { createPool } from 'statepool'
import { fleet } from 'statepool/fleet'
import { postgres } from 'statepool/pg'

// #region fleet
const createPoolOfProcess = () =>
  createPool(postgres(process.env.DATABASE_URL), {
    max: 10, // of this process
    fleet: fleet({ name: 'orders', connections: 3 }), // of all processes together
  })
// #endregion

const [one, other] = [createPoolOfProcess(), createPoolOfProcess()]
other
  .eventsOf('pool.heldBack')
  .subscribe(({ budget, max }) => console.log(`${budget} has no more than ${max}`))

// The first takes all three, and is idle then.
const leases = await Promise.all([one.acquire(), one.acquire(), one.acquire()])
for (const lease of leases) lease.release()

// The other one finds no slot, and has the first close an idle connection.
const { rows } = await other.use(client => client.query('select 42 as answer'))
console.log(rows[0])
console.log(`reclaimed: ${one.stats().closedBy.reclaimed}, failed connects: ${other.stats().failedConnects}`)

await Promise.all([one.close(), other.close()])

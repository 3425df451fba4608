// The pool is an actor system: look at its chart's state and its children, and at everything that they tell each other.

import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'
import type { AnyActorRef } from 'xstate'

await using pool = createPool(simulated({ connectLatency: 5 }), { min: 2, max: 4 })
await pool.ready()

// The machines' snapshots are the truth about the pool.
const { value, children } = pool.actor.getSnapshot()
console.log('the pool is', value)
for (const [id, connection] of Object.entries(children)) {
  console.log(`${id} is`, connection?.getSnapshot().value)
}

// XState's inspection events, on demand: while an inspector is attached, XState itself runs the machines, step by step.
const stop = pool.inspect(event => {
  if (event.type !== '@xstate.event') return
  console.log(`${(event.actorRef as AnyActorRef).id} got ${event.event.type}`)
})
const lease = await pool.acquire()
console.log('lent:', lease.connectionId)
lease.release()
stop()

// The inspection has stopped, and reports nothing more.
await pool.use(connection => connection.query('select 1'))
console.log('done')

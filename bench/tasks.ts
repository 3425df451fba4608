// Tasks that acquire and release again and again, each time holding the connection for one tick: until the microtask queue comes to it again.
//
// A tick is a microtask (`await null`) and not a timer or setImmediate: those cost several times what is measured, and the same
// for everybody, so that all pools would look alike.

import { Ledger, StubDatabase } from './loan.js'
import type { Batch } from './measure.js'
import type { Peer } from './peer.js'

/** A batch of so many tasks on so many connections, all of them open, with so many acquires each. */
export async function tasksOn(
  peer: Peer,
  { connections, tasks, perTask }: { connections: number; tasks: number; perTask: number },
): Promise<Batch> {
  const pool = await peer.open(new StubDatabase(), { min: connections, max: connections })
  const ledger = new Ledger()
  const task = async () => {
    for (let index = 0; index < perTask; index++) {
      const held = await pool.acquire()
      const connection = pool.connectionOf(held)
      ledger.take(connection)
      await null
      ledger.give(connection)
      pool.release(held)
    }
  }
  return async () => {
    await Promise.all(Array.from({ length: tasks }, task))
    ledger.check(tasks * perTask)
    return tasks * perTask
  }
}

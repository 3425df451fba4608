// A pool's log: one line for each thing that an operator acts on.
import type { Logger } from 'pino'
import type { Pool, PoolNotice } from 'statepool'

// #region levels
const levels = {
  'pool.ready': 'info',
  'pool.down': 'error', // connects fail
  'pool.recovered': 'info',
  'pool.overloaded': 'warn',
  'pool.eased': 'info',
  'pool.budgetAway': 'warn', // the engine that keeps the budget of its fleet does not answer
  'pool.budgetBack': 'info',
  'pool.paused': 'warn',
  'pool.resumed': 'info',
  'pool.draining': 'info',
  'pool.closed': 'info',
  'connection.lost': 'warn', // by the database or the network
  'lease.leaked': 'warn', // with leakWarning
  'lease.recovered': 'info',
  'acquire.deadlocked': 'error', // with deadlockCheck
} as const satisfies Partial<Record<PoolNotice['type'], 'info' | 'warn' | 'error'>>

const types = Object.keys(levels) as [keyof typeof levels, ...(keyof typeof levels)[]]
// #endregion

// #region pino
export function logPool<C>(pool: Pool<C>, logger: Logger): () => void {
  const log = logger.child({ pool: pool.name })
  const subscription = pool.eventsOf(...types).subscribe(event => {
    const { type, at: _, pool: _name, ...fields } = event
    const repeated = event.type === 'pool.down' && event.failures > 1 // an outage is one line, not one for each attempt
    log[repeated ? 'debug' : levels[type]]('error' in event ? { ...fields, err: event.error } : fields, type)
  })
  return () => subscription.unsubscribe()
}
// #endregion

// #region console
export function logPoolToConsole<C>(pool: Pool<C>): () => void {
  const subscription = pool.eventsOf(...types).subscribe(event => {
    if (event.type === 'pool.down' && event.failures > 1) return
    const { type, at: _, ...fields } = event
    console[levels[type]](type, fields)
  })
  return () => subscription.unsubscribe()
}
// #endregion

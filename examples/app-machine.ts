// An application that is a machine itself, with a pool as one of its actors: it starts, serves, degrades, drains and stops.

import { type PoolActorRef, type PoolEmitted, poolLogic, poolOf } from 'statepool'
import { type SimulatedConnection, simulated } from 'statepool/simulated'
import { createActor, fromCallback, fromPromise, setup, waitFor } from 'xstate'

const driver = simulated({ connectLatency: 5 })

// #region machine
type Orders = PoolActorRef<SimulatedConnection>

const appMachine = setup({
  types: {
    context: {} as { orders: Orders },
    events: {} as PoolEmitted | { type: 'stop' },
  },
  actors: {
    orders: poolLogic(driver, { name: 'orders', min: 1, max: 5, whenDown: 'fail', allowExitOnIdle: false }),
    /** Sends what the pool emits to this machine. */
    poolEvents: fromCallback<PoolEmitted, Orders>(({ input, sendBack }) => {
      const subscription = input.on('*', sendBack)
      return () => subscription.unsubscribe()
    }),
    /** Refuses new callers, and waits for leases. */
    drain: fromPromise<void, Orders>(({ input }) => poolOf(input).close({ timeout: 10_000 })),
  },
}).createMachine({
  id: 'app',
  context: ({ spawn }) => ({ orders: spawn('orders', { id: 'orders', systemId: 'orders' }) }),
  invoke: { src: 'poolEvents', input: ({ context }) => context.orders },
  initial: 'starting',
  on: { stop: '.draining' },
  states: {
    starting: { on: { 'pool.ready': 'serving' } },
    serving: {
      initial: 'readWrite',
      states: {
        readWrite: { on: { 'pool.down': 'readOnly' } },
        readOnly: { on: { 'pool.recovered': 'readWrite' } },
      },
    },
    draining: { invoke: { src: 'drain', input: ({ context }) => context.orders, onDone: 'stopped' } },
    stopped: { type: 'final' },
  },
})
// #endregion

// #region handler
const app = createActor(appMachine).start()
app.select(({ value }) => JSON.stringify(value)).subscribe(state => console.log('the application is', state))

/** What a request handler does: it asks the machine what may be done, and the pool for a connection. */
async function placeOrder(sql: string): Promise<string> {
  const snapshot = app.getSnapshot()
  if (!snapshot.matches({ serving: 'readWrite' })) return '503: orders cannot be placed at the moment'
  return poolOf(snapshot.context.orders).use(async connection => {
    await connection.query(sql)
    return '201: placed'
  })
}
// #endregion

await waitFor(app, ({ value }) => value !== 'starting')
console.log(await placeOrder("insert into orders values ('tea')"))

driver.database.stop()
await poolOf(app.getSnapshot().context.orders)
  .use(connection => connection.query('select 1'))
  .catch(() => {}) // the first to notice
await waitFor(app, snapshot => snapshot.matches({ serving: 'readOnly' }))
console.log(await placeOrder("insert into orders values ('jam')"))

driver.database.start()
await waitFor(app, snapshot => snapshot.matches({ serving: 'readWrite' }))
console.log(await placeOrder("insert into orders values ('jam')"))

// #region stop
app.send({ type: 'stop' }) // for example in process.once('SIGTERM', …)
await waitFor(app, ({ status }) => status === 'done')
// #endregion
console.log('connections left:', driver.database.open)

// Stately's inspector on a running pool: both charts, live in a browser.

import { createWebSocketInspector } from '@statelyai/inspect'
import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'

await using pool = createPool(simulated({ connectLatency: 20 }), { name: 'orders', min: 1, max: 4 })

// #region attach
const inspector = createWebSocketInspector({
  url: process.env.INSPECTOR ?? 'ws://localhost:8080',
  serializationDepthLimit: 20, // by default, the inspector cuts charts off at a depth of 10
  maxDeferredEvents: 10_000, // what it keeps until the server answers; by default 200
})
const stop = pool.inspect(inspector.inspect)
// #endregion

await Promise.all(Array.from({ length: 20 }, () => pool.use(connection => connection.query('select 1'))))

// The inspector sends in the background: an application that ends at once would cut it short.
await new Promise(resolve => setTimeout(resolve, 500))
stop()
inspector.stop()

// A pool to look at in a browser: its charts, connections, queue and figures, as they change.

import { createPool } from 'statepool'
import { inspector, MessageReader } from 'statepool/inspector'
import { simulated } from 'statepool/simulated'

await using pool = createPool(simulated({ connectLatency: 5 }), { name: 'orders', min: 2, max: 4 })
await pool.ready()

// #region start
const page = await inspector(pool)
console.log(`The pool: ${page.url}`)
// #endregion

// What the page does, a program can do too: read the stream of messages.
// #region read
const [address, token] = page.url.split('#token=')
const response = await fetch(`${address}stream`, { headers: { authorization: `Bearer ${token}` } })
const reader = new MessageReader()
reading: for await (const piece of response.body ?? []) {
  for (const message of reader.read(piece)) {
    if (message.type === 'hello') console.log('pools:', message.pools.map(({ name }) => name).join(', '))
    if (message.type !== 'frame') continue
    console.log('level:', message.diagnosis.level)
    break reading
  }
}
// #endregion

const refused = await fetch(`${address}stream`)
console.log('without the token:', refused.status)
await page.close()

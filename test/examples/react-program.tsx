// Renders the component of the guide "Use it in your actor system" by React itself, and prints what is shown, each time that it changes.

import { setTimeout as delay } from 'node:timers/promises'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool } from '../../src/index.js'
import { tinyDocument } from './tiny-document.js'

const document = tinyDocument()
Object.assign(globalThis, {
  window: globalThis,
  document,
  HTMLIFrameElement: class {},
  location: { protocol: 'http:' },
})
if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { userAgent: '' } }) // Node 20

const client: string = 'react-dom/client' // which looks at the document when it is loaded, and has no types here
const { createRoot } = await import(client)
const { PoolState } = await import('../../examples/react/pool-state.js')

const pool = createPool(simulated(), { min: 1, max: 1 })
const page = document.createElement('div')
const root = createRoot(page)

/** Prints what the page says, once that is what it should say: React decides when it renders. */
async function shows(state: string): Promise<void> {
  for (let waited = 0; page.textContent !== state && waited < 60_000; waited += 5) await delay(5)
  console.log(page.textContent || 'nothing')
}

root.render(<PoolState actor={pool.actor} />)
await shows('running')
await pool.pause()
await shows('paused')
pool.resume()
await shows('running')
root.unmount()
await shows('')
await pool.close()

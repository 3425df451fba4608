// The playground: a pool, its database and its callers inside this page, in simulated time.

import { render } from 'preact'
import { Store } from '../../src/inspector/page/store.js'
import { App } from '../../src/inspector/page/views/app.js'
import { Bar } from './bar.js'
import { type Local, local } from './local.js'
import { readSettings, type Settings, writeSettings } from './settings.js'

const root = document.getElementById('root') as HTMLElement
let running: Local | undefined

/** Before the browser draws. */
const nextDrawing = (): Promise<number> =>
  new Promise(resolve => {
    requestAnimationFrame(() => resolve(performance.now()))
  })

/** Begins anew: the same settings make the same history. */
function begin(settings: Settings): void {
  running?.stop()
  const { seed, arrivals, query, speed, min, max, acquireTimeout } = settings
  const source = local(
    {
      seed,
      arrivals,
      query: [query * 0.5, query * 1.5],
      pool: { min: Math.min(min, max), max, acquireTimeout: acquireTimeout * 1000 },
    },
    nextDrawing,
  )
  source.speed = speed
  running = source
  const store = new Store(source)
  const change = (changed: Settings): void => {
    writeSettings(changed)
    begin(changed)
  }
  render(
    <App
      key={String(performance.now())}
      store={store}
      bar={<Bar source={source} settings={settings} change={change} />}
    />,
    root,
  )
  source.open(store)
}

begin(readSettings())
